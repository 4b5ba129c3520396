# make         builds everything: both sandboxes and the programs
# make dist    packs what users install, and writes the list of its ingredients
# make demo    shows a TLS client talking to a program through the sandbox
# make check   formatting, lint, types, dead code, layers, pages out of date
# make test    make check, then every test, with real peers: what CI runs
# make vectors holds the cryptography against other people's test vectors
# make compiled-code  counts what V8's compilers branch by; docs/side-channels.md
# make bogo    lets BoringSSL's test runner judge the engine, and writes docs/conformance.md
#              (BOGO_TEST='PATTERN;PATTERN': a part of it; BOGO_DISABLED=1: the
#              disabled tests, of which none may pass)
# make mutants plants faults in a copy, and shows which test notices each (ONLY=words:
#              of those names; SAMPLE=N: of some, others each day)
# make test-arm64  tests of engine, tunnel and cryptography, and all programs, on arm64, in
#              an emulator (make test: a sample; ARM64_MINUTES=60: the time limit)
# make faults  lets every system call fail in its turn (make test: a sample)
# make parity  holds the programs against what the original promises (S6_NETWORKING=folder:
#              the original's programs there, too, and prints what differs)
# make soak    serves clients of all sorts for SOAK_SECONDS (600), and looks
#              for leaks
# make bench   measures, side by side with what Debian has (ONLY=server: a
#              part of it)
# make fuzz    looks for inputs that break something (FUZZ_SECONDS=600: for
#              that long); make fuzz-coverage tells what inputs reach
# make side-channels  how long secrets take, in a table (SIDE_CHANNELS_SECONDS=N:
#              for each row)
# make audit   what the registry knows against our dependencies
# make docs    writes the options into the manual pages, docs/compatibility.md,
#              docs/peers.md, docs/platforms.md and docs/api
# make clean   removes what was built (distclean: what was fetched, too)
# The compiler's switches are CFLAGS and LDFLAGS; BearSSL's are in wasm/bearssl-config.h.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:

jobs := $(shell nproc 2>/dev/null || echo 2)
say = @echo "$(1)"

PROGRAMS := bearhug s6-tlsd s6-tlsd-io s6-tlsserver s6-tlsc s6-tlsc-io s6-tlsclient \
	s6-ucspitlsd s6-ucspitlsc
MODULES := dist/engine.wasm dist/keeper.wasm
SHARED_BUNDLES := servers spawner tunnels
OWN_BUNDLES := s6-tlsd s6-tlsc s6-tlsclient
BUNDLES := $(PROGRAMS:%=dist/%.cjs) $(SHARED_BUNDLES:%=dist/%.cjs)
LIBRARY := dist/index.cjs dist/index.js dist/index.mjs dist/engine.js
TYPES := dist/index.d.ts dist/index.d.cts dist/index.d.mts dist/engine.d.ts dist/module.d.ts

MANUALS := $(PROGRAMS:%=dist/man/%.1)

.PHONY: all
all: $(MODULES) $(BUNDLES) $(LIBRARY) $(TYPES) $(MANUALS) dist/NOTICES.txt

# ---- what others wrote -------------------------------------------------

build/toolchain: vendor/need
	@mkdir -p build
	@vendor/need emcc=emscripten
	@touch $@

build/%-sources: vendor/fetch vendor/%.pin
	@mkdir -p build
	@vendor/fetch $*
	@touch $@

# BoringSSL's test runner. It is compiled where Go looks for packages without modules: the one
# package that it wants and that is not in the sources is Debian's.
BOGO_SOURCE ?= vendor/boringssl/src
BOGO_GO = GO111MODULE=off GOPATH=$(CURDIR)/build/bogo/go:/usr/share/gocode GOCACHE=$(CURDIR)/build/bogo/cache
build/bogo/source: FORCE
	@mkdir -p $(@D)
	@echo $(abspath $(BOGO_SOURCE)) | cmp -s - $@ || echo $(abspath $(BOGO_SOURCE)) >$@
.PHONY: FORCE
FORCE:

build/bogo/runner: build/boringssl-sources build/bogo/source
	$(call say,  BoringSSL: compiling its test runner (10 to 20 seconds))
	@vendor/need go=golang-go \
		/usr/share/gocode/src/golang.org/x/crypto/curve25519/curve25519.go=golang-golang-x-crypto-dev
	@mkdir -p build/bogo/go/src/boringssl.googlesource.com
	@ln -sfn $(abspath $(BOGO_SOURCE)) build/bogo/go/src/boringssl.googlesource.com/boringssl
	@cd build/bogo/go/src/boringssl.googlesource.com/boringssl/ssl/test/runner && \
		$(BOGO_GO) go test -c -o $(CURDIR)/$@ .

node_modules/.package-lock.json: package.json package-lock.json
	$(call say,  npm ci: the TypeScript toolchain)
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Other versions of Node, for the tests that need one.
NODES := test/nodes/node_modules/.package-lock.json
$(NODES): $(addprefix test/nodes/,package.json package-lock.json)
	$(call say,  npm ci: four versions of Node for tests (600 MB))
	@npm ci --prefix test/nodes --no-audit --no-fund --loglevel=error
	@touch $@

# What modules and bundles say of themselves, and hold the others to.
version := $(shell sed -n 's/^  "version": "\(.*\)",$$/\1/p' package.json)
build/stamp: package.json wasm/engine/abi.h wasm/keeper/abi.h
	@mkdir -p build
	@digest=$$(cat $(filter %.h,$^) | sha256sum | cut -c1-12); \
		echo "bearhug $(version) ($$digest)" >$@.new
	@cmp -s $@.new $@ || cp $@.new $@

# Other runtimes than Node, for the test that the engine runs in them.
OTHER_RUNTIMES := test/other-runtimes/node_modules/.package-lock.json
$(OTHER_RUNTIMES): $(addprefix test/other-runtimes/,package.json package-lock.json)
	$(call say,  npm ci: Deno and Bun for tests (200 MB))
	@npm ci --prefix test/other-runtimes --no-audit --no-fund --loglevel=error
	@touch $@

# What users bundle and test with. None of their packages runs a script (.npmrc).
BUNDLERS := test/bundlers/node_modules/.package-lock.json
$(BUNDLERS): $(addprefix test/bundlers/,package.json package-lock.json .npmrc)
	$(call say,  npm ci: bundlers and jest for tests (130 MB))
	@npm ci --ignore-scripts --prefix test/bundlers --no-audit --no-fund --loglevel=error
	@touch $@

# A Node for arm64: npm leaves out what is for another processor, unless it is told.
ARM64 := test/arm64/node_modules/.package-lock.json
$(ARM64): $(addprefix test/arm64/,package.json package-lock.json fetch)
	$(call say,  npm ci: Node for arm64 (180 MB))
	@mkdir -p build
	@setsid --wait test/arm64/fetch $(CURDIR)/$@

build/bogo/front: test/bogo/front.c
	$(call say,  $<)
	@vendor/need "gcc=gcc libc6-dev"
	@mkdir -p $(@D)
	@gcc -O2 -std=c99 -Wall -Wextra -Werror $< -o $@

# ---- the sandboxes -----------------------------------------------------

# -g0 and the prefix map keep this folder's name out of the modules: two
# builds of the same sources are the same bytes.
CFLAGS := -O3 -g0 -msimd128 -mbulk-memory -std=c99 -ffile-prefix-map=$(CURDIR)=. \
	-include wasm/bearssl-config.h -Ivendor/bearssl/inc -Ivendor/bearssl/src -Iwasm
STRICT := -Wall -Wextra -Werror -Wno-unused-command-line-argument

# The stack is placed first, so that an overflow traps instead of
# overwriting data. The engine's is several times what BearSSL uses; the
# keeper's RSA takes 26 KiB, most of it for a table of powers.
# emcc 3.1.6 takes an import with a module's name for an undefined symbol; what
# may stay undefined is what test/contract reads in the import sections.
LDFLAGS := -O3 -g0 --no-entry -sSTANDALONE_WASM \
	-sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=16MB -Wl,--stack-first \
	-sERROR_ON_UNDEFINED_SYMBOLS=0 -sWARN_ON_UNDEFINED_SYMBOLS=0
engine_STACK := 31744
keeper_STACK := 65536

# wasm/engine/tls12/sentinel.c stands before that function.
engine_LDFLAGS := -Wl,--wrap=br_hmac_drbg_generate
engine_MEMORY := 196608
keeper_MEMORY := 196608

# The linker places variables in the order of the files. Those that every
# connection of TLS 1.3 writes to stand together, the records' buffer last, so
# that an idle one touches few pages of memory.
BUSY_C := $(addprefix wasm/,$(addsuffix .c,engine/tls13/context arena engine/engine \
	$(addprefix engine/hello/,first-message kept-records hello-room) engine/connection))
# What is in LATE_C, and of BearSSL what it alone needs, has its constants when
# it asks for them: wasm/late/late.h.
LATE_C := $(sort $(wildcard wasm/engine/tls12/*.c wasm/engine/peer/*.c))
ENGINE_C := $(sort $(wildcard wasm/engine/*.c wasm/engine/*/*.c))
EARLY_C := $(BUSY_C) $(filter-out $(BUSY_C) $(LATE_C),$(ENGINE_C))
KEEPER_C := $(sort $(wildcard wasm/keeper/*.c))
SHARED_C := wasm/arena.c $(sort $(wildcard wasm/crypto/*.c))
object = $(patsubst wasm/%.c,build/wasm/%.o,$(1))
ENGINE_OBJECTS = $(call object,$(EARLY_C) $(filter-out $(BUSY_C),$(SHARED_C))) build/bearssl.a \
	$(call object,wasm/late/begin.c $(LATE_C) wasm/late/end.c)

# BearSSL's loops over words are what LLVM makes vectors of that are larger and
# slower: X25519 by 7%, its own ChaCha20 by two thirds.
BEARSSL_CFLAGS := $(CFLAGS) -fno-vectorize -fno-slp-vectorize

# What is around the arithmetic of records and handshakes: at -Os it is 7 KB smaller
# and as fast. Not the handshakes' interpreters, which would take a third more time,
# and not the records of CBC, whose constant time rests on how they are compiled.
BEARSSL_SMALL_CFLAGS := $(BEARSSL_CFLAGS:-O3=-Os)
BEARSSL_SMALL := aead/gcm aead/ccm hash/md5 hash/multihash ssl/prf $(addprefix ssl/ssl_, \
	engine io lru rec_gcm rec_ccm rec_chapol)

# sysrng.c would ask an operating system for randomness; sha2small.c's functions are
# wasm/crypto/sha256.c's, by the same names.
BEARSSL_LEFT_OUT := sysrng.c sha2small.c

# One compiler call for many files: one by one, starting emcc is what costs.
bearssl_cc = emcc -c $(subst wasm/,../../wasm/,$(subst vendor/,../../vendor/,$(1)))
bearssl_small := $(BEARSSL_SMALL:%=../../vendor/bearssl/src/%.c)
build/bearssl.a: build/toolchain build/bearssl-sources build/flags wasm/bearssl-config.h
	$(call say,  BearSSL: compiling to WebAssembly (10 to 20 seconds))
	@rm -rf build/bearssl && mkdir -p build/bearssl
	@cd build/bearssl && find ../../vendor/bearssl/src -name '*.c' $(BEARSSL_LEFT_OUT:%=! -name %) | LC_ALL=C sort | \
		grep -vxF $(bearssl_small:%=-e %) | \
		xargs -P $(jobs) -n 40 $(call bearssl_cc,$(BEARSSL_CFLAGS))
	@cd build/bearssl && $(call bearssl_cc,$(BEARSSL_SMALL_CFLAGS)) $(bearssl_small)
	@rm -f $@ && cd build/bearssl && emar rcD ../bearssl.a $$(ls *.o | LC_ALL=C sort)

# What is not arithmetic: small code is fast code in a process that serves one
# connection, since V8 compiles it first.
SMALL_CFLAGS := $(CFLAGS:-O3=-Os)
build/wasm/engine/%.o: CFLAGS := $(SMALL_CFLAGS)

# Other flags make other objects: without this file, those made before would stay.
FLAGS := $(CFLAGS) $(STRICT); BearSSL: $(BEARSSL_CFLAGS), small: $(BEARSSL_SMALL_CFLAGS) $(BEARSSL_SMALL), without $(BEARSSL_LEFT_OUT); engine: $(SMALL_CFLAGS); modules: $(LDFLAGS) $(engine_LDFLAGS) \
	$(engine_STACK) $(engine_MEMORY) $(keeper_STACK) $(keeper_MEMORY)
build/flags: FORCE
	@mkdir -p build
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@

build/wasm/%.o: wasm/%.c build/toolchain build/bearssl-sources build/flags wasm/bearssl-config.h
	$(call say,  $<)
	@mkdir -p $(@D)
	@emcc -c -MMD $(CFLAGS) $(STRICT) $< -o $@
-include $(wildcard build/wasm/*.d build/wasm/*/*.d build/wasm/*/*/*.d)

# A header that has moved makes what included it be compiled again.
%.h: ;

# The stamp is a custom section: 0, its length, its name's length, its name, its content.
stamped = stamp=$$(cat build/stamp); \
	printf "$$(printf '\\000\\%03o\\007bearhug' $$((8 + $${\#stamp})))%s" "$$stamp" >>$@
dist/engine.wasm: $(ENGINE_OBJECTS)
dist/keeper.wasm: $(call object,$(KEEPER_C) $(SHARED_C)) build/bearssl.a
$(MODULES): dist/%.wasm: build/stamp wasm/finish.mjs
	@mkdir -p dist
	@emcc $(LDFLAGS) $($*_LDFLAGS) -sTOTAL_STACK=$($*_STACK) -sINITIAL_MEMORY=$($*_MEMORY) $(filter-out build/stamp %.mjs,$^) -o $@
	@node wasm/finish.mjs $@
	@$(stamped)
	@chmod 644 $@
	@echo "  $@: $$(wc -c <$@) bytes, SHA-256 $$(sha256sum <$@ | cut -c1-64)"

# Our implementations next to BearSSL's, for test/crypto.
build/crypto-test.wasm: $(sort $(wildcard test/crypto/*.c)) $(call object,$(SHARED_C)) build/bearssl.a
	@emcc $(CFLAGS) $(STRICT) $(LDFLAGS) -sTOTAL_STACK=65536 -sINITIAL_MEMORY=262144 $^ -o $@

# TLS 1.3's key schedule and records alone, for test/tls13.
TLS13_ALONE := $(addprefix wasm/engine/tls13/,$(addsuffix .c,suites known-values labels transcript \
	key-schedule finished aead early-data record-in record-out))
build/tls13-test.wasm: $(sort $(wildcard test/tls13/*.c)) $(call object,$(TLS13_ALONE) wasm/engine/reader.c $(SHARED_C)) build/bearssl.a
	@emcc $(CFLAGS) $(STRICT) $(LDFLAGS) -sTOTAL_STACK=65536 -sINITIAL_MEMORY=393216 $^ -o $@

# An engine whose keys serve 16 records, for test/tls13/our-key-updates.test.ts.
build/rekeys/key-update.o: wasm/engine/tls13/key-update.c $(call object,$(ENGINE_C))
	@mkdir -p $(@D)
	@emcc -c $(SMALL_CFLAGS) $(STRICT) -DKEY_RECORDS_MAX=16 $< -o $@
build/rekeys/engine.wasm: build/rekeys/key-update.o build/stamp wasm/finish.mjs \
		$(filter-out %/tls13/key-update.o,$(ENGINE_OBJECTS))
	@emcc $(LDFLAGS) $(engine_LDFLAGS) -sTOTAL_STACK=$(engine_STACK) -sINITIAL_MEMORY=$(engine_MEMORY) $(filter-out build/stamp %.mjs,$^) -o $@
	@node wasm/finish.mjs $@
	@$(stamped)

# Both modules with the names of their functions, to see what V8 makes of them.
build/compiled/engine.wasm: $(ENGINE_OBJECTS)
build/compiled/keeper.wasm: $(call object,$(KEEPER_C) $(SHARED_C)) build/bearssl.a
build/compiled/engine.wasm build/compiled/keeper.wasm: build/compiled/%.wasm: wasm/finish.mjs
	@mkdir -p $(@D)
	@emcc $(LDFLAGS) $($*_LDFLAGS) --profiling-funcs -sTOTAL_STACK=$($*_STACK) -sINITIAL_MEMORY=$($*_MEMORY) $(filter-out %.mjs,$^) -o $@
	@node wasm/finish.mjs $@

# What V8's compilers make of functions that see secrets: docs/side-channels.md.
.PHONY: compiled-code
compiled-code: build/compiled/engine.wasm build/compiled/keeper.wasm
	@node bench/compiled-code.mjs

# ---- the programs ------------------------------------------------------

SOURCES := $(shell find src -name '*.ts')

# One file for each program that has to start fast; the others share two, which keeps the package small. The
# spawner has one of its own: a fork copies page tables.
# CommonJS, because Node loads it faster than a module.
$(BUNDLES) &: $(SOURCES) build/stamp node_modules/.package-lock.json
	$(call say,  src: bundling $(PROGRAMS))
	@$(bundle) $(patsubst %,src/commands/%.ts,$(SHARED_BUNDLES) $(OWN_BUNDLES)) \
		--platform=node --target=node20 --format=cjs --out-extension:.js=.cjs --outdir=dist
	@echo 'require("./servers.cjs").bearhug();' >dist/bearhug.cjs
	@echo 'require(process.send && process.env.S6_TLSSERVER_ROLE === "spawner" ? "./spawner.cjs" : "./servers.cjs").s6Tlsserver();' >dist/s6-tlsserver.cjs
	@echo 'require("./tunnels.cjs").s6TlsdIo();' >dist/s6-tlsd-io.cjs
	@echo 'require("./tunnels.cjs").s6TlscIo();' >dist/s6-tlsc-io.cjs
	@echo 'require("./tunnels.cjs").s6Ucspitlsd();' >dist/s6-ucspitlsd.cjs
	@echo 'require("./tunnels.cjs").s6Ucspitlsc();' >dist/s6-ucspitlsc.cjs
	@touch $(BUNDLES)

bundle = node_modules/.bin/esbuild --bundle --minify-syntax --minify-whitespace --log-level=warning \
	--define:BEARHUG_STAMP="'$$(cat build/stamp)'"

# ---- the library -------------------------------------------------------

# For dist/index.mjs, which bundlers take.
build/%.wasm.br: dist/%.wasm
	@node -e 'const fs = require("fs"); fs.writeFileSync("$@", require("zlib").brotliCompressSync(fs.readFileSync("$<")))'

# import and require() share one instance of everything. Tools that read a file without parsing it
# take it for a module if a line of it begins with an export.
$(LIBRARY) &: $(SOURCES) $(MODULES:dist/%=build/%.br) build/stamp node_modules/.package-lock.json
	$(call say,  src: bundling the library)
	@$(bundle) src/index.ts --inject:src/names-of-node.ts --platform=node --target=node20 --format=cjs --outfile=dist/index.cjs
	@echo 'export * from "./index.cjs";' >dist/index.js
	@$(bundle) src/bundled.ts --inject:src/names-of-node.ts --platform=node --target=node20 --format=esm --loader:.br=binary --outfile=dist/index.mjs
	@$(bundle) src/engine.ts --platform=neutral --target=es2022 --format=esm --footer:js='export {};' --outfile=dist/engine.js
	@touch $(LIBRARY)

# tsc leaves the endings of imports as they are in the sources. Types are of
# index.cjs, which both ways lead to: declared twice, a class would be two.
build/reached-types.mjs: packaging/reached-types.ts node_modules/.package-lock.json
	@node_modules/.bin/esbuild $< --platform=node --target=node20 --format=esm --outfile=$@ --log-level=warning

$(TYPES) &: $(SOURCES) src/tsconfig.json build/reached-types.mjs node_modules/.package-lock.json
	$(call say,  src: the library's types)
	@rm -rf dist/types && node_modules/.bin/tsc -p src
	@find dist/types -name '*.d.ts' -exec sed -i 's/\(["'"'"'][.]*\/[^"'"'"']*\)[.]ts\(["'"'"']\)/\1.js\2/g' {} +
	@node build/reached-types.mjs dist/types dist/types/index.d.ts dist/types/engine.d.ts
	@echo '{ "type": "commonjs" }' >dist/types/package.json
	@echo 'export * from "./types/index.js";' | tee dist/index.d.ts >dist/index.d.cts
	@echo 'export * from "./types/index.js";' >dist/index.d.mts
	@echo 'export * from "./types/engine.js";' >dist/engine.d.ts
	@printf '%s\n' '/** As runtimes and bundlers give it that import modules. */' \
		'declare const module: WebAssembly.Module;' 'export default module;' >dist/module.d.ts

# ---- the manual --------------------------------------------------------

build/manual.mjs: docs/manual.ts $(wildcard src/cli/*.ts) node_modules/.package-lock.json
	@node_modules/.bin/esbuild $< --bundle --platform=node --target=node20 --format=esm --outfile=$@ --log-level=warning

# Its table has the tests themselves in it, so vitest has to load it.
compatibility = node_modules/.bin/vitest run --update=$(1) $(2) test/parity/table.test.ts test/peers/page.test.ts test/platforms/page.test.ts test/library/node-tls.test.ts >build/compatibility.log 2>&1 || \
	{ cat build/compatibility.log; exit 1; }

# The API's reference, from the docstrings.
typedoc = node_modules/.bin/typedoc --options docs/typedoc.json --out $(1)

.PHONY: docs
docs: build/manual.mjs
	@node build/manual.mjs
	@$(call typedoc,docs/api)
	@vendor/need openssl=openssl
	@$(call compatibility,all)

build/lowdown: vendor/need
	@mkdir -p build
	@vendor/need lowdown=lowdown
	@touch $@

dist/man/%.1: docs/%.1.md build/lowdown
	@mkdir -p $(@D)
	@lowdown -s -tman --out-no-smarty $< >$@

# ---- the package -------------------------------------------------------

# Whose code is in the modules: BearSSL, and some functions of the C
# library that emscripten brings. In the bundles: the loader, whose package has
# no text of its licence; TypeScript's is the same.
MUSL = $$(em-config EMSCRIPTEN_ROOT)/system/lib/libc/musl
dist/NOTICES.txt: packaging/notices build/toolchain build/bearssl-sources node_modules/.package-lock.json
	@mkdir -p dist
	@packaging/notices vendor/bearssl/LICENSE.txt "$(MUSL)/COPYRIGHT" node_modules/typescript/LICENSE.txt >$@

build/sbom.mjs: packaging/sbom.ts node_modules/.package-lock.json
	@node_modules/.bin/esbuild $< --bundle --platform=node --target=node20 --format=esm --outfile=$@ --log-level=warning

# npm keeps the modes of files, which depend on the builder's umask.
PACKED := package.json README.md LICENSE bin dist docs examples

.PHONY: dist
dist: all build/sbom.mjs
	@rm -f build/bearhug-*
	@chmod -R u=rwX,go=rX $(PACKED)
	@npm pack --ignore-scripts --pack-destination=build --loglevel=error >/dev/null
	@node build/sbom.mjs build/bearhug-*.tgz "$(MUSL)"
	@for file in build/bearhug-*; do \
		echo "  $$file: $$(wc -c <$$file) bytes, SHA-256 $$(sha256sum <$$file | cut -c1-64)"; done

# ---- fuzzing -----------------------------------------------------------

include fuzz/rules.mk

# ---- BoringSSL's test runner --------------------------------------------

# The engine, and what only these tests may set and read of it.
build/bogo/engine.wasm: $(sort $(wildcard test/bogo/*.c)) $(ENGINE_OBJECTS) wasm/finish.mjs
	@mkdir -p $(@D)
	@emcc $(CFLAGS) $(STRICT) $(LDFLAGS) $(engine_LDFLAGS) $(addprefix -Wl$(comma)--wrap=,$(BOGO_WRAPPED)) \
		-sTOTAL_STACK=$(engine_STACK) -sINITIAL_MEMORY=$(engine_MEMORY) $(filter-out %/front.c %.mjs,$^) -o $@
	@node wasm/finish.mjs $@

comma := ,
BOGO_WRAPPED := br_rsa_i31_pkcs1_vrfy br_ecdsa_i31_vrfy_asn1 pss_verify

BOGO_TS := $(wildcard test/bogo/*.ts)
build/bogo/run.mjs build/bogo/shim.mjs &: $(BOGO_TS) $(SOURCES) node_modules/.package-lock.json
	@node_modules/.bin/esbuild test/bogo/run.ts test/bogo/shim.ts --bundle --platform=node --target=node20 \
		--format=esm --out-extension:.js=.mjs --outdir=build/bogo --log-level=warning

BOGO := $(addprefix build/bogo/,runner front engine.wasm run.mjs shim.mjs)

.PHONY: bogo
bogo: all $(BOGO)
	@BOGO_SOURCE=$(BOGO_SOURCE) node build/bogo/run.mjs

# ---- wolfSSL's example programs, as peers ---------------------------------

# Debian has their sources beside the library. They look for a header of the whole source tree.
WOLFSSL := build/wolfssl/client build/wolfssl/server
WOLFSSL_SOURCES := /usr/share/doc/libwolfssl-dev/examples
$(WOLFSSL): build/wolfssl/%: vendor/need
	$(call say,  wolfSSL: compiling its example $*)
	@vendor/need "gcc=gcc libc6-dev" /usr/include/wolfssl/test.h=libwolfssl-dev
	@mkdir -p build/wolfssl/examples/$*
	@echo '#include <wolfssl/test.h>' >build/wolfssl/examples/$*/$*.h
	@echo 'THREAD_RETURN WOLFSSL_THREAD $*_test(void *args);' >>build/wolfssl/examples/$*/$*.h
	@gcc -O1 -w -Ibuild/wolfssl $(WOLFSSL_SOURCES)/$*.c -o $@ -lwolfssl -lm

# ---- checks ------------------------------------------------------------

C_FILES := $(shell find wasm test bench fuzz -name node_modules -prune -o -name '*.[ch]' -print)

.PHONY: check
check: node_modules/.package-lock.json build/manual.mjs
	@vendor/need clang-format=clang-format openssl=openssl
	@node_modules/.bin/biome ci --colors=off --error-on-warnings
	@clang-format --dry-run -Werror $(C_FILES)
	@node_modules/.bin/tsc --noEmit
	@node build/manual.mjs --check
	@$(call typedoc,build/api)
	@diff -r docs/api build/api >/dev/null || { echo "out of date, run make docs: docs/api" >&2; exit 1; }
	@node_modules/.bin/knip --no-progress --no-config-hints
	@$(call compatibility,none,test/contract/imports-point-one-way.test.ts test/docs/links.test.ts)

.PHONY: format
format: node_modules/.package-lock.json
	@node_modules/.bin/biome check --write
	@clang-format -i $(C_FILES)

.PHONY: test
test: dist check build/crypto-test.wasm build/tls13-test.wasm build/rekeys/engine.wasm \
		build/compiled/engine.wasm build/compiled/keeper.wasm $(BOGO) $(WOLFSSL) fuzz-programs $(NODES) $(OTHER_RUNTIMES) $(BUNDLERS) $(ARM64)
	@vendor/need $(PEERS)
	@BOGO_SOURCE=$(BOGO_SOURCE) node build/bogo/run.mjs
	@$(on_arm64)
	@node_modules/.bin/vitest run

SIDE_CHANNELS_SECONDS ?= 6

.PHONY: side-channels
side-channels: all
	@SIDE_CHANNELS_SECONDS=$(SIDE_CHANNELS_SECONDS) node_modules/.bin/vitest run test/side-channels

# They are not ours to keep: BEARHUG_VECTORS, or ../shared/data.
.PHONY: vectors
vectors: all build/crypto-test.wasm
	@VECTORS_TELL=1 node_modules/.bin/vitest run --disableConsoleIntercept test/vectors

build/mutants.mjs: $(wildcard test/mutants/*.ts) node_modules/.package-lock.json
	@node_modules/.bin/esbuild test/mutants/run.ts --bundle --platform=node --target=node20 --format=esm \
		--outfile=$@ --log-level=warning

.PHONY: mutants
mutants: all $(NODES) build/crypto-test.wasm build/mutants.mjs
	@node build/mutants.mjs $(if $(SAMPLE),--sample $(SAMPLE),$(ONLY))

.PHONY: audit
audit: node_modules/.package-lock.json
	@for folder in . $(dir $(wildcard test/*/package-lock.json)); do npm audit --prefix $$folder || exit; done

.PHONY: faults
faults: all
	@vendor/need $(PEERS)
	@FAULTS=all node_modules/.bin/vitest run test/faults

# A visit costs both sides some 20 ms of a processor.
SOAK_SECONDS ?= 600
SOAK_RATE ?= 25
.PHONY: soak
soak: all
	@vendor/need $(PEERS)
	@SOAK_SECONDS=$(SOAK_SECONDS) SOAK_RATE=$(SOAK_RATE) node_modules/.bin/vitest run test/soak

# The engine's, the tunnel's and the cryptography's tests, and all programs, on arm64, in an emulator.
ARM64_MINUTES ?= 60
on_arm64 = node_modules/.bin/vitest run --config test/arm64/vitest.config.ts
.PHONY: test-arm64
test-arm64: all build/crypto-test.wasm $(ARM64)
	@vendor/need $(PEERS)
	@ARM64=all ARM64_MINUTES=$(ARM64_MINUTES) $(on_arm64)

.PHONY: floods
floods: all
	@vendor/need $(PEERS)
	@ALONE=floods node_modules/.bin/vitest run test/floods
	@cat build/floods

.PHONY: probe
probe: all $(NODES)
	@vendor/need $(PEERS)
	@node_modules/.bin/vitest run test/probe

.PHONY: parity
parity: all
	@vendor/need $(PEERS)
	@node_modules/.bin/esbuild test/parity/compare.ts --bundle --platform=node --target=node20 --format=esm \
		--outfile=build/parity.mjs --log-level=warning
	@S6_NETWORKING="$(S6_NETWORKING)" node build/parity.mjs

.PHONY: demo
demo: all
	@vendor/need openssl=openssl
	@demo/run

# The last one is for /etc/ssl/certs: a CADIR of the size that people have.
CAS := /usr/sbin/update-ca-certificates=ca-certificates
PEERS := openssl=openssl curl=curl gnutls-cli=gnutls-bin tcpserver=ucspi-tcp socat=socat \
	systemd-notify=systemd setpriv=util-linux prlimit=util-linux "gcc=gcc libc6-dev" \
	stunnel4=stunnel4 inetd=openbsd-inetd /usr/sbin/nginx=nginx-light \
	/usr/lib/nginx/modules/ngx_mail_module.so=libnginx-mod-mail \
	/usr/lib/nginx/modules/ngx_stream_module.so=libnginx-mod-stream haproxy=haproxy script=bsdutils s6-svscan=s6 \
	/bin/busybox=busybox-static qemu-aarch64-static=qemu-user-static \
	/usr/aarch64-linux-gnu/lib/libc.so.6=libc6-arm64-cross \
	/usr/aarch64-linux-gnu/lib/libstdc++.so.6=libstdc++6-arm64-cross testssl=testssl.sh sslscan=sslscan chromium=chromium firefox-esr=firefox-esr dnsmasq=dnsmasq-base oidentd=oidentd \
	execlineb=execline javac=openjdk-17-jdk-headless tstclnt=libnss3-tools promtool=prometheus hitch=hitch \
	/usr/lib/python3/dist-packages/prometheus_client/openmetrics/parser.py=python3-prometheus-client \
	/usr/lib/postgresql/15/bin/postgres=postgresql-15 /usr/sbin/exim4=exim4-daemon-light $(CAS)

build/bench-crypto.wasm: bench/crypto.c bench/record.h $(call object,$(SHARED_C)) build/bearssl.a
	$(call say,  $<)
	@emcc $(CFLAGS) $(STRICT) $(LDFLAGS) -sTOTAL_STACK=65536 -sINITIAL_MEMORY=262144 $(filter-out %.h,$^) -o $@

# The modules with BearSSL's own X25519 and SHA-256, as they were before TLS 1.3: what its handshake
# is held against.
BEFORE := build/before/dist/engine.wasm build/before/dist/keeper.wasm
THEIRS := build/before/ec-checked.o build/before/sha2small.o
OURS := build/wasm/crypto/ec-checked.o build/wasm/crypto/sha256.o
build/before/sha2small.o: vendor/bearssl/src/hash/sha2small.c build/bearssl.a
	@mkdir -p $(@D)
	@emcc -c $(BEARSSL_CFLAGS) $< -o $@
build/before/ec-checked.o: wasm/crypto/ec-checked.c $(call object,$(SHARED_C))
	@mkdir -p $(@D)
	@emcc -c $(CFLAGS) $(STRICT) -Dx25519=br_ec_c25519_m31 $< -o $@
build/before/dist/engine.wasm: $(ENGINE_OBJECTS)
build/before/dist/keeper.wasm: $(call object,$(KEEPER_C) $(SHARED_C)) build/bearssl.a
$(BEFORE): build/before/dist/%.wasm: build/stamp wasm/finish.mjs $(THEIRS)
	$(call say,  $@)
	@mkdir -p $(@D)
	@emcc $(LDFLAGS) $($*_LDFLAGS) -sTOTAL_STACK=$($*_STACK) -sINITIAL_MEMORY=$($*_MEMORY) \
		$(THEIRS) $(filter-out build/stamp %.mjs $(THEIRS) $(OURS),$^) -o $@
	@node wasm/finish.mjs $@
	@$(stamped)

# For this machine, with BearSSL's own configuration.
NATIVE_CFLAGS := -O3 -std=gnu99 -I$(CURDIR)/vendor/bearssl/inc -I$(CURDIR)/vendor/bearssl/src
build/native.a: build/bearssl-sources
	$(call say,  BearSSL: compiling for this machine (10 to 20 seconds))
	@vendor/need "gcc=gcc libc6-dev"
	@rm -rf build/native && mkdir -p build/native
	@cd build/native && find ../../vendor/bearssl/src -name '*.c' | xargs -P $(jobs) -n 20 gcc -c $(NATIVE_CFLAGS)
	@rm -f $@ && ar rc $@ build/native/*.o

build/bench-native: bench/native.c bench/record.h
build/bench-native-tunnel: bench/native-tunnel.c
build/bench-native build/bench-native-tunnel: build/native.a
	$(call say,  $<)
	@gcc $(NATIVE_CFLAGS) -Wall -Wextra $(filter %.c,$^) build/native.a -o $@

.PHONY: bench
bench: all $(BEFORE) build/bench-crypto.wasm build/bench-native build/bench-native-tunnel
	@vendor/need openssl=openssl tcpserver=ucspi-tcp socat=socat stunnel4=stunnel4 perl=perl-base \
		hitch=hitch haproxy=haproxy /usr/sbin/nginx=nginx-light /usr/lib/nginx/modules/ngx_stream_module.so=libnginx-mod-stream
	@node_modules/.bin/esbuild bench/run.ts --bundle --platform=node --target=node20 --format=esm \
		--outfile=build/bench.mjs --log-level=warning
	@node build/bench.mjs

.PHONY: clean distclean
clean:
	rm -rf build dist
distclean: clean
	rm -rf node_modules $(wildcard test/*/node_modules) \
		vendor/bearssl vendor/boringssl
