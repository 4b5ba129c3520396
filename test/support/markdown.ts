/** The tables of a page: the cells of each row, without the headings. */
export function tables(page: string): string[][][] {
  return page
    .split(/\n(?!\|)/)
    .map((block) => block.split("\n").filter((line) => line.startsWith("|")))
    .filter((rows) => rows.length > 2)
    .map((rows) => rows.slice(2).map(cells));
}

/** Where a page's links go, relative to it; links into the web are left out. */
export function relativeLinks(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

function cells(row: string): string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
