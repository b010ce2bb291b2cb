# The extension's build, by PGXS. `make`, `make install` and `make installcheck` are all there is; installcheck runs the
# regression, isolation and TAP tests against the server that PGHOST, PGPORT and PGUSER name.
# PG_CONFIG picks the PostgreSQL major (14 to 18). WERROR= builds with warnings that do not stop the build;
# EXTRA_CXXFLAGS and EXTRA_LINK come last in the two command lines (sanitizers, debugging).
# Must not know of the unit tests and benchmarks of the core: those are CMakeLists.txt's.

EXTENSION = dbmocker
MODULE_big = dbmocker
PGFILEDESC = "dbmocker - mock rows for any schema"
DATA = $(sort $(wildcard sql/dbmocker--*.sql))

WORD_LISTS = src/core/word_list_data.cpp
CORE_OBJS = $(patsubst %.cpp,%.o,$(sort $(wildcard src/core/*.cpp) $(WORD_LISTS)))
SERVER_OBJS = $(patsubst %.cpp,%.o,$(sort $(wildcard src/server/*.cpp)))
OBJS = $(CORE_OBJS) $(SERVER_OBJS)
EXPORTS = src/server/exports.map

WERROR = -Werror
PG_CPPFLAGS = -Iinclude -Isrc
PG_CXXFLAGS = -std=c++20 -O2 -fvisibility=hidden -fwrapv -fno-strict-aliasing -ffp-contract=off \
	-Wall -Wextra -Wshadow -Wconversion $(WERROR) $(EXTRA_CXXFLAGS)
# PGXS links with the C compiler; the map keeps the standard library's inline symbols private.
SHLIB_LINK = -lstdc++ -Wl,--version-script=$(EXPORTS) $(EXTRA_LINK)
override with_llvm = no

# A test is a file: sql/x.sql with expected/x.out, tests/isolation/specs/x.spec, tests/tap/x.pl.
REGRESS_FILES = $(filter $(basename $(notdir $(wildcard expected/*.out))), \
	$(foreach file,$(wildcard sql/*.sql),$(if $(findstring --,$(file)),,$(basename $(notdir $(file))))))
REGRESS = $(sort $(REGRESS_FILES))
REGRESS_OPTS = --load-extension=dbmocker
ISOLATION = $(sort $(basename $(notdir $(wildcard tests/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=tests/isolation --load-extension=dbmocker \
	$(if $(filter-out 14 15,$(MAJORVERSION)),--expecteddir=tests/isolation)
ifneq (,$(wildcard tests/tap/*.pl))
TAP_TESTS = 1
PROVE_TESTS = tests/tap/*.pl
endif

EXTRA_CLEAN = $(OBJS:.o=.d) $(WORD_LISTS)

PG_CONFIG = pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# The core is compiled without PostgreSQL's folders, so that a wrong include fails here already; in the server part they
# are system folders, so that our warnings stay with our code.
PG_FOLDERS = $(includedir_server) $(includedir_internal)
CORE_CPPFLAGS = $(filter-out $(addprefix -I,$(PG_FOLDERS)),$(CPPFLAGS))
SERVER_CPPFLAGS = $(CORE_CPPFLAGS) $(addprefix -isystem ,$(PG_FOLDERS))

$(CORE_OBJS): %.o: %.cpp
	$(CXX) $(CXXFLAGS) $(CORE_CPPFLAGS) -MMD -MP -c -o $@ $<

$(SERVER_OBJS): %.o: %.cpp
	$(CXX) $(CXXFLAGS) $(SERVER_CPPFLAGS) -MMD -MP -c -o $@ $<

$(OBJS): Makefile

$(shlib): $(EXPORTS)

$(WORD_LISTS): data/embed_word_lists.awk $(sort $(wildcard data/*.txt))
	awk -f data/embed_word_lists.awk $(filter %.txt,$^) > $@

-include $(OBJS:.o=.d)

.DELETE_ON_ERROR:
