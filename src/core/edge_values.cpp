// See edge_values.h.
// Read first: MakeEdgeValueSet.
#include "edge_values.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "dbmocker/error.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

// Of ordered types, by name. Values outside of a type's range are refused by its own value set.
struct TypeEdges {
  std::string_view type_name;
  std::vector<std::string> texts;
};

const std::vector<TypeEdges>& EdgesByType() {
  static const std::vector<TypeEdges> edges = {
      {"int2", {"-32768", "-1", "0", "1", "32767"}},
      {"int4", {"-2147483648", "-1", "0", "1", "2147483647"}},
      {"int8", {"-9223372036854775808", "-1", "0", "1", "4294967296", "9223372036854775807"}},
      {"float4", {"NaN", "Infinity", "-Infinity", "0", "-1", "1e-30", "3e+38"}},
      {"float8", {"NaN", "Infinity", "-Infinity", "0", "-1", "1e-300", "1e+300"}},
      {"date", {"0001-01-01", "1970-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "2038-01-19", "9999-12-31"}},
      {"timestamp",
       {"1970-01-01 00:00:00", "2000-02-29 12:00:00", "2024-03-31 02:30:00", "2024-10-27 02:30:00",
        "2016-12-31 23:59:59", "2038-01-19 03:14:08", "9999-12-31 23:59:59"}},
      {"timestamptz",
       {"1970-01-01 00:00:00+00", "2000-02-29 12:00:00+00", "2024-03-10 10:00:00+00", "2024-03-31 01:00:00+00",
        "2024-10-27 00:30:00+00", "2024-10-27 01:30:00+00", "2016-12-31 23:59:59+00", "2038-01-19 03:14:08+00"}},
      {"time", {"00:00:00", "12:00:00", "23:59:59"}},
      {"uuid", {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}},
      {"bytea", {"\\x", "\\x00", "\\xff"}},
      {"jsonb", {"{}", "[]", "null", "\"\"", "0"}},
      {"json", {"{}", "[]", "null", "\"\"", "0"}},
      {"bool", {"t", "f"}},
      {"interval",
       {"0", "-1 days", "1 mon -1 days", "-00:00:00.000001", "30 days", "178000000 years", "-178000000 years"}},
      {"money", {"0.00", "-0.01", "92233720368547758.07", "-92233720368547758.08"}},
      {"inet", {"0.0.0.0", "255.255.255.255", "127.0.0.1", "10.0.0.0/8", "::", "::1", "::ffff:1.2.3.4"}},
      {"cidr", {"0.0.0.0/0", "255.255.255.255/32", "::/0"}},
      {"macaddr", {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}},
  };
  return edges;
}

std::vector<std::string> NumericEdges(int modifier) {
  const auto known = ReadNumericModifier(modifier);
  if (!known) return {"-1", "0", "1", "0.00000001", "99999999999999999"};
  std::string largest(static_cast<std::size_t>(std::max(known->precision - std::max(known->scale, 0), 0)), '9');
  if (largest.empty()) largest = "0";
  if (known->scale > 0) largest += "." + std::string(static_cast<std::size_t>(known->scale), '9');
  return {"-" + largest, "-1", "0", "1", largest};
}

std::vector<std::string> TextEdges(const TypeOfColumn& type, const ValueLimits& limits) {
  constexpr std::int64_t kLongest = 10'000;  // of texts without a limit
  std::vector<std::string> texts = {
      "",
      " ",
      "'",
      "\"",
      "\\",
      "O'Brien",
      "a'); DROP TABLE users; --",
      "NULL",
      "null",
      "0",
      "-1",
      "%_",
      "<b>&amp;</b>",
      "tab\there",
      "line\nbreak",
      "  spaces around  ",
      "e\xCC\x81 \xC3\xA9",  // combining and whole
      "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7",  // right to left
      "\xF0\x9F\x98\x80",
      "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
      "\xC3\x9F\xC4\xB0\xC4\xB1",
      "\xE2\x80\x8B"};
  auto longest = MaxLengthOfModifier(*type.type, type.type_modifier);
  if (limits.max_length) longest = std::min(longest.value_or(*limits.max_length), *limits.max_length);
  texts.emplace_back(static_cast<std::size_t>(std::clamp<std::int64_t>(longest.value_or(kLongest), 1, kLongest)), 'x');
  if (limits.min_length)
    texts.emplace_back(static_cast<std::size_t>(std::clamp<std::int64_t>(*limits.min_length, 1, kLongest)), 'x');
  return texts;
}

bool IsOrderedNumber(const Type& type) {
  return type.name == "numeric" || type.name == "float4" || type.name == "float8";
}

// What the list's own set cannot write as the type's words: NaN, infinities and zeros of floats.
std::optional<std::uint64_t> FloatWord(const Type& type, const std::string& text) {
  double value = 0;
  if (text == "NaN") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (text.ends_with("Infinity")) {
    value = text.front() == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  } else if (text != "0") {
    return std::nullopt;
  }
  if (type.name == "float8") return std::bit_cast<std::uint64_t>(value);
  const auto bits = std::bit_cast<std::int32_t>(static_cast<float>(value));
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits));
}

// A value set of the one text; nullptr if the limits or the type forbid it.
ValueSetPointer MakeSingle(const std::string& text, const TypeOfColumn& type, const ValueLimits& limits,
                           const ValueContext& context) {
  TypeOfColumn plain = type;
  ValueLimits one;
  if (IsOrderedNumber(*type.type)) {
    one.intervals.push_back({text, text, true, true});
  } else {
    one.has_allowed = true;
    one.allowed = {text};
  }
  try {
    return MakeTypeValueSet(*plain.type, plain.type_modifier, Intersect(limits, one, plain), false, context);
  } catch (const Error&) {
    return nullptr;
  }
}

class EdgeValueSet final : public ValueSet {
 public:
  EdgeValueSet(ValueSetPointer base, std::vector<std::string> texts, std::vector<ColumnBuffer> edges)
      : base_(std::move(base)), texts_(std::move(texts)), edges_(std::move(edges)) {}

  std::uint64_t Size() const override { return base_->Size() + edges_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return false; }
  Encoding encoding() const override { return base_->encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    if (index < base_->Size()) return base_->AppendText(index, out);
    out += texts_[index - base_->Size()];
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::vector<std::uint64_t> usual(indexes.begin(), indexes.end());
    for (std::uint64_t& index : usual)
      if (index >= base_->Size()) index = 0;
    base_->Emit(usual, out);
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      if (indexes[row] < base_->Size()) continue;
      const ColumnBuffer& edge = edges_[indexes[row] - base_->Size()];
      out.words()[row] = edge.words()[0];
      out.nulls()[row] = 0;
    }
  }
  std::string Describe() const override {
    return base_->Describe() + ", or one of " + std::to_string(edges_.size()) + " edge cases";
  }

 private:
  ValueSetPointer base_;
  std::vector<std::string> texts_;
  std::vector<ColumnBuffer> edges_;  // one value each
};

// The same where the server's input function has to read the edge cases: it reads all values then.
class TextEdgeSet final : public ValueSet {
 public:
  TextEdgeSet(ValueSetPointer base, std::vector<std::string> texts)
      : base_(std::move(base)), texts_(std::move(texts)) {}

  std::uint64_t Size() const override { return base_->Size() + texts_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return false; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    if (index < base_->Size()) return base_->AppendText(index, out);
    out += texts_[index - base_->Size()];
  }
  std::string Describe() const override {
    return base_->Describe() + ", or one of " + std::to_string(texts_.size()) + " edge cases";
  }

 private:
  ValueSetPointer base_;
  std::vector<std::string> texts_;
};

class EdgeSource final : public IndexSource {
 public:
  EdgeSource(StreamKey key, LaneNumber lane, double probability, std::uint64_t base_size, std::uint64_t edges)
      : key_(key), lane_(lane), probability_(probability), base_size_(base_size), edges_(edges) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const std::span<const std::uint64_t> usual = lanes.Read(lane_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const bool is_edge = rows.attempt == 0 && ToUnit(Word(key_, rows.ordinals[i])) < probability_;
      out[i] = is_edge ? base_size_ + Scale(Word(key_, rows.ordinals[i], 1), edges_) : usual[i];
    }
  }
  std::string Describe() const override { return "edge cases"; }

 private:
  StreamKey key_;
  LaneNumber lane_;
  double probability_;
  std::uint64_t base_size_;
  std::uint64_t edges_;
};

}  // namespace

std::vector<std::string> ListEdgeTexts(const TypeOfColumn& type, const ValueLimits& limits) {
  if (type.type->kind == TypeKind::Enum && !type.type->labels.empty())
    return {type.type->labels.front(), type.type->labels.back()};
  if (type.type->kind == TypeKind::Array && limits.IsUnlimited()) return {"{}", "{NULL}"};
  if (type.type->kind == TypeKind::Range && limits.IsUnlimited()) return {"empty", "(,)"};
  if (type.type->kind == TypeKind::Multirange && limits.IsUnlimited()) return {"{}", "{(,)}"};
  if (type.type->kind == TypeKind::Base && type.type->extension == "citext") return TextEdges(type, limits);
  if (type.type->kind != TypeKind::Base || type.type->schema != "pg_catalog") return {};
  if (type.type->name == "numeric") return NumericEdges(type.type_modifier);
  if (type.type->name == "text" || type.type->name == "varchar" || type.type->name == "bpchar")
    return TextEdges(type, limits);
  if (type.type->name == "bit" && limits.IsUnlimited()) {
    const auto length = static_cast<std::size_t>(std::max(type.type_modifier, 1));
    return {std::string(length, '0'), std::string(length, '1')};
  }
  for (const TypeEdges& known : EdgesByType())
    if (known.type_name == type.type->name) return known.texts;
  return {};
}

ValueSetPointer MakeEdgeValueSet(const ValueSetPointer& base, const TypeOfColumn& type, const ValueLimits& limits,
                                 const ValueContext& context) {
  std::vector<std::string> candidates = ListEdgeTexts(type, limits);
  // The ends of what is allowed are edges too.
  for (const ValueInterval& interval : limits.intervals)
    for (const auto* end : {&interval.lower, &interval.upper})
      if (*end && !candidates.empty()) candidates.push_back(**end);
  std::vector<std::string> texts, input_texts;
  std::vector<ColumnBuffer> edges;
  for (const std::string& text : candidates) {
    if (std::ranges::count(texts, text) > 0) continue;
    ColumnBuffer buffer;
    buffer.encoding = base->encoding();
    buffer.Reset(1);
    const auto word = IsOrderedNumber(*type.type) && limits.IsUnlimited() ? FloatWord(*type.type, text) : std::nullopt;
    if (word && type.type->name != "numeric") {
      buffer.words()[0] = *word;
    } else {
      const ValueSetPointer single = MakeSingle(text, type, limits, context);
      if (single == nullptr) continue;
      if (single->encoding() == Encoding::InputText) input_texts.push_back(text);
      if (single->encoding() != base->encoding()) continue;
      std::string made;
      single->AppendText(0, made);
      if (IsOrderedNumber(*type.type) && single->Size() != 1) continue;
      const std::uint64_t first = 0;
      single->Emit(std::span(&first, 1), buffer);
    }
    texts.push_back(text);
    edges.push_back(std::move(buffer));
  }
  if (edges.empty() && !input_texts.empty()) return std::make_shared<TextEdgeSet>(base, std::move(input_texts));
  if (edges.empty()) return nullptr;
  return std::make_shared<EdgeValueSet>(base, std::move(texts), std::move(edges));
}

IndexSourcePointer MakeEdgeSource(StreamKey key, LaneNumber lane, double probability, std::uint64_t base_size,
                                  std::uint64_t edges) {
  return std::make_unique<EdgeSource>(key, lane, probability, base_size, edges);
}

}  // namespace dbmocker
