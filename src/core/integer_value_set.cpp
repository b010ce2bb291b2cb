// Integers and what is stored like one: int2, int4, int8, money, xid, xid8, cid, pg_lsn, "char"; and bool.
// Limits: intervals and excluded values for the integers, money and bool; the others have no order and ignore them.
// Read first: MakeIntegerValueSet.
#include <memory>

#include "decimal_text.h"
#include "type_value_sets.h"
#include "word_value_set.h"

namespace dbmocker {
namespace {

struct IntegerFamily {
  std::string_view name;
  std::string_view words;
  std::int64_t legal_first;
  std::int64_t legal_last;
  std::int64_t usual_first;
  std::int64_t usual_last;
  AppendWord append;
};

void AppendMoney(std::int64_t cents, std::string& out) { AppendScaled(cents, 2, 2, out); }

void AppendLogPosition(std::int64_t value, std::string& out) {
  const auto position = static_cast<std::uint64_t>(value);
  const auto append_half = [&out](std::uint64_t half) {
    int width = 1;
    while (width < 8 && (half >> (4 * width)) != 0) ++width;
    AppendHex(half, width, out);
  };
  append_half(position >> 32);
  out.push_back('/');
  append_half(position & 0xFFFFFFFFU);
}

void AppendCharacter(std::int64_t value, std::string& out) { out.push_back(static_cast<char>(value)); }

void AppendBoolean(std::int64_t value, std::string& out) { out.push_back(value != 0 ? 't' : 'f'); }

constexpr std::int64_t kMaxUnsigned32 = 0xFFFFFFFF;

constexpr IntegerFamily kFamilies[] = {
    {"int2", "smallint", INT16_MIN, INT16_MAX, 0, 1000, AppendInteger},
    {"int4", "integer", INT32_MIN, INT32_MAX, 0, 100'000, AppendInteger},
    {"int8", "bigint", INT64_MIN, INT64_MAX, 0, 1'000'000, AppendInteger},
    {"money", "money", INT64_MIN, INT64_MAX, 0, 1'000'000, AppendMoney},
    {"xid", "transaction id", 3, kMaxUnsigned32, 1000, 1'000'000, AppendInteger},
    {"xid8", "transaction id", 3, INT64_MAX, 1000, 1'000'000, AppendInteger},
    {"cid", "command id", 0, kMaxUnsigned32, 0, 1000, AppendInteger},
    {"pg_lsn", "log position", 0, INT64_MAX, 0x1000000, 0x10FFFFFFFF, AppendLogPosition},
    {"char", "character", '!', '~', 'a', 'z', AppendCharacter},
};

// Positive numbers first, then 0, then those just below 0, then all others.
std::vector<Span64> PreferPositive(const Span64& legal, std::int64_t width) {
  std::vector<Span64> parts;
  if (legal.first >= 0) {
    parts.push_back(legal);
    return parts;
  }
  parts.push_back({1, legal.last});
  parts.push_back({0, 0});
  parts.push_back({-width, -1});
  parts.push_back({legal.first, -width - 1});
  return parts;
}

std::optional<OrderedPoint> ParseBoolean(std::string_view text) {
  if (text == "t" || text == "true" || text == "1" || text == "yes" || text == "on") return OrderedPoint{1, true};
  if (text == "f" || text == "false" || text == "0" || text == "no" || text == "off") return OrderedPoint{0, true};
  return std::nullopt;
}

}  // namespace

ValueSetPointer MakeIntegerValueSet(const TypeRequest& request) {
  if (request.type.schema != "pg_catalog") return nullptr;
  for (const IntegerFamily& family : kFamilies) {
    if (request.type.name != family.name) continue;
    OrderedSpace space;
    space.legal = {family.legal_first, family.legal_last};
    space.usual = {family.usual_first, family.usual_last};
    space.usual_width = family.usual_last - family.usual_first;
    space.preferred = PreferPositive(space.legal, space.usual_width);
    PointParser parse = FindPointParser(request.type, request.modifier);
    if (!parse) parse = [](std::string_view) { return std::optional<OrderedPoint>(); };
    auto range = ResolveOrderedRange(space, request.limits, request.unique, parse);
    if (!range) ThrowNoValue(request.type, request.limits);
    return std::make_shared<OrderedWordValueSet>(std::move(*range), 1, family.append, std::string(family.words));
  }
  return nullptr;
}

ValueSetPointer MakeBooleanValueSet(const TypeRequest& request) {
  if (!IsBuiltIn(request.type, "bool")) return nullptr;
  OrderedSpace space;
  space.legal = space.usual = {0, 1};
  space.usual_width = 1;
  space.is_anchored = true;
  space.preferred = {space.legal};
  auto range = ResolveOrderedRange(space, request.limits, request.unique, ParseBoolean);
  if (!range) ThrowNoValue(request.type, request.limits);
  return std::make_shared<OrderedWordValueSet>(std::move(*range), 1, AppendBoolean, "boolean");
}

}  // namespace dbmocker
