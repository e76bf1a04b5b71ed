# Queqiao. `make demo` walks the road and serves the console; `make check` runs every test.
# Both install what a bare Debian 12 machine lacks (tools/install.sh).

CC       ?= gcc
PKGS     := sqlite3 libpq libmicrohttpd libsodium jansson libzip expat xlsxwriter yaml-0.1 zlib
CSTD     := -std=gnu17
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wconversion \
            -Wno-sign-conversion -Wno-missing-field-initializers -Wformat=2 -Wimplicit-fallthrough -Werror
HARDEN   := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -llinear -lpthread -lm
CPPFLAGS += -Isrc -D_GNU_SOURCE
LDFLAGS  += -pie -Wl,-z,relro,-z,now -Wl,--as-needed

# Two builds of one tree: what ships, and what the tests run (sanitized).
ifdef SAN
B      := build/san
OPT    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else
B      := build/release
OPT    := -O2 -g $(HARDEN)
endif

# main.c and the command_*.c files make the program; the tests link everything else.
PROGRAM  := src/app/main.c $(sort $(wildcard src/app/command_*.c))
SRC      := $(filter-out $(PROGRAM),$(sort $(wildcard src/*/*.c)))
OBJ      := $(SRC:%.c=$(B)/%.o) $(B)/embedded_schema.o $(B)/embedded_policies.o $(B)/embedded_facts.o
TEST_SRC := $(sort $(wildcard test/*.c))
TEST_OBJ := $(TEST_SRC:%.c=$(B)/%.o)

.PHONY: all queqiao web test test-binary check check-fast demo bench format format-check clean install-build install-check

all: queqiao

# --- what is missing on this machine --------------------------------------------------------------
install-build:
	@tools/install.sh build
install-check:
	@tools/install.sh build check

# --- the program ------------------------------------------------------------------------------------
queqiao: build/queqiao

build/queqiao: $(OBJ) $(PROGRAM:%.c=$(B)/%.o) $(B)/embedded_web.o
	@echo "  ld  $@"; $(CC) $(OPT) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  cc  $<"; $(CC) $(CSTD) $(OPT) $(WARN) $(CPPFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

.SECONDARY:
$(B)/embedded_%.o: build/embedded_%.c
	@mkdir -p $(@D)
	@$(CC) $(CSTD) $(OPT) $(CPPFLAGS) -c -o $@ $<

build/embedded_schema.c: $(wildcard schema/*.sql) tools/embed.py
	@mkdir -p build
	tools/embed.py schema schema > $@

build/embedded_policies.c: $(wildcard policies/*.yaml) tools/embed.py
	@mkdir -p build
	tools/embed.py policies policies > $@

build/embedded_facts.c: $(wildcard facts/*.csv) tools/embed.py
	@mkdir -p build
	tools/embed.py facts facts > $@

build/embedded_web.c: web/dist/.built tools/embed.py
	@mkdir -p build
	tools/embed.py web web/dist > $@

# --- the console and the phone pages ----------------------------------------------------------------
web: web/dist/.built
WEB_SRC := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)
web/dist/.built: $(WEB_SRC)
	tools/build-web.sh
	@touch $@

# --- tests --------------------------------------------------------------------------------------------
test-binary: $(B)/run-tests
$(B)/run-tests: $(OBJ) $(TEST_OBJ)
	@echo "  ld  $@"; $(CC) $(OPT) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# `make test T=date` runs the tests whose file or sentence contains the word.
test:
	@$(MAKE) --no-print-directory SAN=1 test-binary
	@build/san/run-tests $(T)

check: install-check
	@tools/check.sh all

check-fast:
	@tools/check.sh fast

demo: install-build
	@$(MAKE) --no-print-directory queqiao
	@build/queqiao demo --serve=$(if $(SERVE),$(SERVE),1)

bench:
	@tools/install.sh build bench
	@$(MAKE) --no-print-directory queqiao
	@bench/run.sh

# One measurement by itself: make build/bench_sheet (bench/bench_sheet.c).
build/bench_%: $(B)/bench/bench_%.o $(OBJ)
	@echo "  ld  $@"; $(CC) $(OPT) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

C_FILES := $(wildcard src/*/*.[ch] test/*.[ch] test/*/*.[ch] bench/*.[ch])
format:
	clang-format -i $(C_FILES)
format-check:
	@clang-format --dry-run --Werror $(C_FILES)

# Assignments beside LEMON's: the only C++ here.
$(B)/bench/peer_%.o: bench/peer_%.cpp
	@mkdir -p $(@D)
	@echo "  c++ $<"; $(CXX) -std=gnu++17 $(OPT) -O3 -MMD -MP -c -o $@ $<
build/bench_auction: $(B)/bench/bench_auction.o $(B)/bench/instance.o $(B)/bench/peer_lemon.o $(OBJ)
	@echo "  ld  $@"; $(CXX) $(OPT) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
build/bench_groups: $(B)/bench/bench_groups.o $(B)/bench/instance.o $(OBJ)
	@echo "  ld  $@"; $(CC) $(OPT) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

clean:
	rm -rf build web/dist

-include $(OBJ:.o=.d) $(TEST_OBJ:.o=.d) $(PROGRAM:%.c=$(B)/%.d)
-include $(wildcard $(B)/bench/*.d)
