// A value set: a finite, numbered set of values of one type. Index -> value is a pure function, so uniqueness, draws by
// weight and permutations all become questions about indexes. It knows nothing of rows, seeds or columns.
// Read first: ValueSet, then ValueLimits and MakeTypeValueSet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dbmocker/batch.h"
#include "dbmocker/schema.h"

namespace dbmocker {

// The largest size that a value set reports; larger sets are cut to it.
inline constexpr std::uint64_t kMaxValueSetSize = std::uint64_t{1} << 62;

class ValueSet {
 public:
  virtual ~ValueSet() = default;

  // How many indexes the set has: 1 … kMaxValueSetSize. Every method takes indexes below it.
  virtual std::uint64_t Size() const = 0;

  // True if distinct indexes give distinct values under the type's own equality. `ignoring_case` asks for values that
  // stay distinct under lower().
  virtual bool IsInjective(bool ignoring_case = false) const = 0;

  virtual Encoding encoding() const { return Encoding::InputText; }

  // Appends the value in its type's input syntax, not quoted; independent of DateStyle, IntervalStyle and TimeZone.
  virtual void AppendText(std::uint64_t index, std::string& out) const = 0;

  // Writes one value per index into out (words [0, indexes.size())); out.encoding is already encoding().
  // The default writes AppendText()'s text: as InputText, or as the payload of a Varlena.
  virtual void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const;

  // A regular expression (PostgreSQL's) that every text of the set matches, for proofs; empty: not known.
  virtual std::string Shape() const { return ""; }

  // A few words for the plan: "integer 18 … 80", "email address".
  virtual std::string Describe() const = 0;
};

using ValueSetPointer = std::shared_ptr<const ValueSet>;

// ---------------------------------------------------------------------------------------------------------- limits

// A closed or open interval in the type's text syntax; a missing end is unbounded.
struct ValueInterval {
  std::optional<std::string> lower;
  std::optional<std::string> upper;
  bool lower_inclusive = true;
  bool upper_inclusive = true;
};

// A set of texts (src/core/text_language.h), made by whoever reads CHECK constraints.
struct TextPattern;
using TextPatternPointer = std::shared_ptr<const TextPattern>;

// The shape of json documents and of the values in them.
struct JsonLimits {
  std::vector<std::string> types;  // as jsonb_typeof() names them; empty = any
  std::vector<std::string> keys;  // that an object has
  std::int64_t min_items = 0;  // of an array
  std::optional<std::int64_t> max_items;
  std::vector<JsonLimits> values;  // twin of keys
  std::vector<std::string> absent;  // keys that an object has not
  std::vector<std::string> allowed;  // scalars: only these, as ->> gives them; empty = any
  std::vector<std::string> excluded;  // scalars: none of these
  std::optional<std::int64_t> minimum;  // whole numbers, also those in strings
  std::optional<std::int64_t> maximum;
  bool operator==(const JsonLimits&) const = default;
};

// Positions of an ordered type (ParseOrderedValue) whose remainder lies in one of the spans: every fifth number, all
// Mondays.
struct PeriodicLimits {
  struct Span {
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool operator==(const Span&) const = default;
  };
  std::int64_t period = 1;
  std::vector<Span> remainders;  // closed, within [0, period), rising, disjoint
  bool operator==(const PeriodicLimits&) const = default;
};

// What CHECK constraints, domains and rules say of one column's values; all of it must hold at once.
struct ValueLimits {
  std::vector<ValueInterval> intervals;  // any one of them; empty = unbounded
  std::vector<std::string> allowed;  // only these (text syntax); empty = any
  bool has_allowed = false;  // true with an empty `allowed`: nothing is allowed
  std::vector<std::string> excluded;  // none of these
  std::optional<std::int64_t> min_length;  // characters (bytes for bytea, elements for arrays)
  std::optional<std::int64_t> max_length;
  TextPatternPointer pattern;  // text types: only texts of this set; nullptr = any
  // Arrays: of every element, none of which is NULL then; ranges: of both bounds; nullptr = any.
  std::shared_ptr<const ValueLimits> elements;
  std::vector<std::string> members;  // arrays: elements that each array has
  std::shared_ptr<const JsonLimits> json;  // json and jsonb; nullptr = any
  std::shared_ptr<const PeriodicLimits> periodic;  // integers, dates and times; nullptr = any
  std::optional<int> max_decimals;  // numeric

  bool IsUnlimited() const {
    return intervals.empty() && !has_allowed && excluded.empty() && !min_length && !max_length && pattern == nullptr &&
           elements == nullptr && members.empty() && json == nullptr && periodic == nullptr && !max_decimals;
  }
};

// What value sets may depend on besides their type.
struct ValueContext {
  std::int64_t reference_time = 0;  // microseconds since 2000-01-01 00:00 UTC, PostgreSQL's epoch
  // Not 0: creation moments rise with the index, up to this one; indexes beyond stand for those modulo it.
  std::uint64_t rising_rows = 0;
  bool follows_clock = false;  // moments of a row lie within the last seconds before the reference, not years
  bool numbers_paths = false;  // labels of ltree paths are numbers of rows, not words
  int locale = 0;  // whose names and places providers use (src/core/locale_lists.h); 0: those of the whole world
};

// The set of values of a type with its type modifier, within limits; shaped to look plausible when nothing is known
// of the column (small positive integers, dates of the last years, short words …) and covering the whole legal range
// only where limits ask for it. `unique`: prefer as many distinct values as the type can hold, with an injective set.
// Returns nullptr if the type has no generator. Throws Error 22023 if the limits leave no value.
ValueSetPointer MakeTypeValueSet(const Type& type, int type_modifier, const ValueLimits& limits, bool unique,
                                 const ValueContext& context);

// Position of `text` in an ordered type, e.g. "2024-01-01" of date -> days; nullopt if the type is not one of the
// ordered ones below or the text has another form (e.g. "infinity", "NaN").
//   integers, oid, money: the value (money: cents); numeric: value * 10^scale, rounded towards `round_up`;
//   date: days since 2000-01-01; time: µs; timestamp and timestamptz: µs since 2000-01-01 UTC; float4/8: nullopt.
std::optional<std::int64_t> ParseOrderedValue(const Type& type, int type_modifier, const std::string& text,
                                              bool round_up);

// ------------------------------------------------------------------------------------------------------ elementary

// A list of texts, each a value in the type's input syntax, in the given order (IN lists, enums by label, FK samples).
ValueSetPointer MakeListValueSet(const Type& type, std::vector<std::string> texts);

// The set of `inner`, each value made distinct by a suffix ("-1c", "7" …) of its index; text types only.
// max_length: characters, 0 = unlimited. Returns nullptr if fewer than `needed` distinct values fit.
ValueSetPointer MakeSuffixedTextValueSet(ValueSetPointer inner, std::int64_t max_length, std::uint64_t needed);

// The whole numbers first … first + size - 1 times step in the encoding of an integer type (int2, int4, int8, oid) or
// of numeric.
ValueSetPointer MakeSequenceValueSet(const Type& type, std::int64_t first, std::int64_t step, std::uint64_t size);

// Length limit of a type modifier in characters (varchar(n), char(n), bit(n)); nullopt if there is none.
std::optional<std::int64_t> MaxLengthOfModifier(const Type& type, int type_modifier);

}  // namespace dbmocker
