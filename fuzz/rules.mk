# The C of both sandboxes as native programs, under libFuzzer with
# AddressSanitizer and UndefinedBehaviorSanitizer: docs/fuzzing.md.

FUZZ_TARGETS := $(patsubst fuzz/targets/%.c,%,$(sort $(wildcard fuzz/targets/*.c)))

# Objects for fuzzing, or (SHOWS=coverage) for a report of what was reached.
SHOWS := faults
FUZZ := build/fuzz/$(SHOWS)

FUZZ_CFLAGS := -g1 -std=c99 -ffp-contract=off -include wasm/bearssl-config.h \
	-Ifuzz/native -Ivendor/bearssl/inc -Ivendor/bearssl/src -Iwasm
faults_CFLAGS := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fsanitize-ignorelist=fuzz/native/bearssl.ignorelist
coverage_CFLAGS := -O1 -fprofile-instr-generate -fcoverage-mapping
FUZZ_WRAPPED := $(engine_LDFLAGS) -Wl,--wrap=random_seed
faults_LDFLAGS := -fsanitize=fuzzer,address,undefined $(FUZZ_WRAPPED)
coverage_LDFLAGS := -fsanitize=fuzzer -fprofile-instr-generate $(FUZZ_WRAPPED)
FUZZ_CC = clang -c $(FUZZ_CFLAGS) $($(SHOWS)_CFLAGS)

# New inputs are kept for new coverage of these. Elsewhere is arithmetic in
# constant time, where it would tell nothing and take half of the time.
FUZZ_GUIDED := -fsanitize=fuzzer-no-link

# What wasm/ uses of BearSSL, and little more: the linker knows what is
# missing.
FUZZ_BEARSSL_C := $(filter-out $(addprefix vendor/bearssl/src/,$(addsuffix .c, \
	$(addprefix ssl/ssl_,client_full ccert_single_ec ccert_single_rsa) \
	ssl/ssl_server_% ssl/ssl_engine_default% ec/ec_all% ec/ec_prime_i15 hash/sha2small)), \
	$(sort $(wildcard $(addprefix vendor/bearssl/src/,$(addsuffix .c,ssl/* x509/* codec/* hash/* mac/* \
	kdf/* int/i31_* int/i32_div32 aead/ccm aead/gcm rand/hmac_drbg ec/*i31* ec/*m31* ec/ec_secp* ec/ec_curve25519 ec/ec_pubkey ec/ec_keygen \
	ec/ecdsa_atr ec/ecdsa_rta rsa/rsa_i31_p* rsa/rsa_pkcs1* rsa/rsa_ssl_decrypt symcipher/des_* \
	symcipher/aes_ct64* symcipher/aes_common symcipher/chacha20_ct symcipher/poly1305_ctmul \
	hash/ghash_ctmul64)))))

fuzz_object = $(patsubst %.c,$(FUZZ)/%.o,$(1))
FUZZ_NATIVE_C := $(sort $(wildcard fuzz/native/*.c))
FUZZ_OBJECTS := $(call fuzz_object,$(ENGINE_C) $(KEEPER_C) $(sort $(wildcard wasm/crypto/*.c)))

build/fuzz/toolchain: vendor/need
	@mkdir -p $(@D)
	@vendor/need "clang=clang libclang-rt-dev"
	@touch $@

$(FUZZ)/%.o: %.c build/fuzz/toolchain build/bearssl-sources wasm/bearssl-config.h fuzz/rules.mk
	@mkdir -p $(@D)
	@$(FUZZ_CC) $(FUZZ_FLAGS) -MMD $< -o $@
	@$(FUZZ_THEN)
-include $(shell find $(FUZZ) -name '*.d' 2>/dev/null)

$(FUZZ)/wasm/% $(FUZZ)/fuzz/%: FUZZ_FLAGS += $(STRICT)
$(FUZZ)/wasm/engine/% $(FUZZ)/wasm/keeper/% $(FUZZ)/fuzz/targets/%: FUZZ_FLAGS += $(FUZZ_GUIDED)
$(FUZZ)/vendor/bearssl/src/ssl/% $(FUZZ)/vendor/bearssl/src/x509/%: FUZZ_FLAGS += $(FUZZ_GUIDED)
$(FUZZ)/vendor/bearssl/src/codec/pem%: FUZZ_FLAGS += $(FUZZ_GUIDED)

# An engine's imports are not the keeper's exports of the same names.
$(FUZZ)/wasm/engine/% $(FUZZ)/fuzz/native/% $(FUZZ)/fuzz/targets/%: FUZZ_FLAGS += $(FUZZ_IMPORTS)
FUZZ_IMPORTS := -Dkeeper_sign=import_sign -Dkeeper_decrypt=import_decrypt
$(FUZZ)/fuzz/native/recorded.o $(FUZZ)/fuzz/targets/keys.o $(FUZZ)/fuzz/targets/ticket.o: FUZZ_IMPORTS :=

# It copies memory that other code may not touch; see there.
$(FUZZ)/fuzz/native/instance.o: $(SHOWS)_CFLAGS := -O2

# All variables of a module in one section; see fuzz/native/instance.h.
$(FUZZ)/wasm/engine/%: FUZZ_THEN = $(call fuzz_section,engine_state)
$(FUZZ)/wasm/keeper/%: FUZZ_THEN = $(call fuzz_section,keeper_state)
fuzz_section = objcopy --rename-section .bss=$(1),alloc,load,data,contents --rename-section .data=$(1) $@

# BearSSL's parsers are bytecode: what of it was executed guides the fuzzer,
# and is in the report (t0-reached.h).
FUZZ_T0 := $(addprefix vendor/bearssl/src/,ssl/ssl_hs_server ssl/ssl_hs_client x509/x509_minimal \
	x509/x509_decoder x509/skey_decoder codec/pemdec)
coverage_T0 = -DT0_REACHED='"$(FUZZ)/t0-$(*F)"'
$(FUZZ_T0:%=$(FUZZ)/%.o): $(FUZZ)/%.o: %.c fuzz/native/t0-reached.h build/fuzz/toolchain \
		wasm/bearssl-config.h fuzz/rules.mk
	@mkdir -p $(@D)
	@sed '/^#define T0_NEXT/d; s,^#define T0_INTERPRETED,#include "t0-reached.h"\n&,' $< >$(@:.o=.c)
	@$(FUZZ_CC) $(FUZZ_FLAGS) $($(SHOWS)_T0) $(@:.o=.c) -o $@

FUZZ_ARCHIVES := $(FUZZ)/native.a $(FUZZ)/bearssl.a
$(FUZZ)/native.a: $(call fuzz_object,$(FUZZ_NATIVE_C))
$(FUZZ)/bearssl.a: $(call fuzz_object,$(FUZZ_BEARSSL_C))
$(FUZZ_ARCHIVES):
	@rm -f $@ && ar rc $@ $^

$(FUZZ_TARGETS:%=$(FUZZ)/%): $(FUZZ)/%: $(FUZZ)/fuzz/targets/%.o $(FUZZ_OBJECTS) $(FUZZ_ARCHIVES)
	@clang $($(SHOWS)_LDFLAGS) $^ -o $@

$(FUZZ)/record: $(FUZZ)/fuzz/record.o $(FUZZ_OBJECTS) $(FUZZ_ARCHIVES)
	@clang $(subst fuzzer,fuzzer-no-link,$($(SHOWS)_LDFLAGS)) $^ -o $@

.PHONY: fuzz-programs fuzz-all
fuzz-all: $(FUZZ_TARGETS:%=$(FUZZ)/%)
	@:
fuzz-programs: build/fuzz/toolchain build/bearssl-sources
	$(call say,  fuzz: compiling to native code for $(SHOWS))
	@$(MAKE) -j$(jobs) SHOWS=$(SHOWS) fuzz-all

# FUZZ_SECONDS bounds both parts together: first the C, then the host. What
# is found fails, and stays in build/fuzz/findings.
FUZZ_SECONDS ?= 120

.PHONY: fuzz fuzz-corpus fuzz-coverage
fuzz: all fuzz-programs
	@fuzz/explore $$(($(FUZZ_SECONDS) * 3 / 4)) $(FUZZ_TARGETS)
	@FUZZ_SECONDS=$$(($(FUZZ_SECONDS) / 4)) node_modules/.bin/vitest run test/fuzz/live-tunnel.test.ts

# What `make fuzz` has found so far becomes the corpus.
fuzz-corpus: fuzz-programs $(FUZZ)/record
	@build/fuzz/faults/record build/fuzz/corpus
	@fuzz/keep $(FUZZ_TARGETS)

fuzz-coverage:
	@vendor/need llvm-cov=llvm
	@$(MAKE) SHOWS=coverage fuzz-programs
	@fuzz/report $(FUZZ_TARGETS)
