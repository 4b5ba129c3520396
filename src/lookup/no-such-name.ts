/** c-ares' codes for an answer that says that there is none. */
const NONE = ["ENOTFOUND", "ENODATA"];

/** That there is no such name is an answer, an empty one; that no answer came is an error. */
export async function unlessNone(answer: Promise<string[]>): Promise<string[]> {
  try {
    return await answer;
  } catch (error) {
    if (NONE.includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
