// oid and its aliases (regclass, regtype …) as numbers. An alias takes objects that every cluster has from initdb on,
// pinned and with fixed numbers; unique aliases take numbers beyond them too, which the types allow.
// Limits: intervals and excluded values of oid; the aliases ignore them.
// Read first: MakeObjectIdentifierValueSet.
#include <memory>

#include "decimal_text.h"
#include "type_value_sets.h"
#include "word_value_set.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kLastIdentifier = 0xFFFFFFFF;

// Numbers from src/include/catalog/*.dat.
constexpr std::int64_t kFunctions[] = {89, 861, 870, 871, 1299, 1598, 1610, 2026};
constexpr std::int64_t kOperators[] = {91, 94, 96, 97, 98, 410, 514, 521, 531, 551};
constexpr std::int64_t kClasses[] = {1247, 1249, 1255, 1259, 1213, 1260, 1262, 2606, 2610, 2615, 2617};
constexpr std::int64_t kTypes[] = {16, 17, 20, 21, 23, 25, 114, 700, 701, 1043, 1082, 1114, 1184, 1700, 2950, 3802};
constexpr std::int64_t kRoles[] = {3373, 3374, 3375, 3377, 4200, 4569, 4570, 4571};
constexpr std::int64_t kNamespaces[] = {11, 99};
constexpr std::int64_t kConfigurations[] = {3748};
constexpr std::int64_t kDictionaries[] = {3765};
constexpr std::int64_t kCollations[] = {100, 950, 951};

struct Alias {
  std::string_view name;
  std::span<const std::int64_t> objects;
};

constexpr Alias kAliases[] = {
    {"regproc", kFunctions},
    {"regprocedure", kFunctions},
    {"regoper", kOperators},
    {"regoperator", kOperators},
    {"regclass", kClasses},
    {"regtype", kTypes},
    {"regrole", kRoles},
    {"regnamespace", kNamespaces},
    {"regconfig", kConfigurations},
    {"regdictionary", kDictionaries},
    {"regcollation", kCollations},
};

}  // namespace

ValueSetPointer MakeObjectIdentifierValueSet(const TypeRequest& request) {
  if (IsBuiltIn(request.type, "oid")) {
    OrderedSpace space;
    space.legal = {0, kLastIdentifier};
    space.usual = {1, 100'000};
    space.usual_width = space.usual.last;
    space.preferred = {{1, kLastIdentifier}, {0, 0}};
    auto range =
        ResolveOrderedRange(space, request.limits, request.unique, FindPointParser(request.type, request.modifier));
    if (!range) ThrowNoValue(request.type, request.limits);
    return std::make_shared<OrderedWordValueSet>(std::move(*range), 1, AppendInteger, "oid");
  }
  for (const Alias& alias : kAliases) {
    if (!IsBuiltIn(request.type, alias.name)) continue;
    std::vector<Span64> spans;
    for (const std::int64_t object : alias.objects) spans.push_back({object, object});
    if (request.unique) spans.push_back({1'000'000, kLastIdentifier});
    return std::make_shared<OrderedWordValueSet>(OrderedRange(spans, false), 1, AppendInteger, std::string(alias.name));
  }
  return nullptr;
}

}  // namespace dbmocker
