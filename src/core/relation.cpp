// See relation.h. Every expression becomes a polynomial over the columns' positions with one common scale, so that
// comparisons are exact in whole numbers. Intervals with months are taken as a span of days; bounds take the safe side.
// Read first: PolynomialReader::Read.
#include "relation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "decimal_text.h"
#include "read_expression.h"
#include "temporal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr int kFloatDecimals = 6;

// Stand for now() (microseconds) and current_date (days) among the columns of a polynomial.
constexpr AttributeNumber kNow = -1000;
constexpr AttributeNumber kToday = -1001;

// A sum of terms, times 10^-decimals; temporal terms are in microseconds, plain dates in days.
struct Polynomial {
  std::vector<Relation::Term> terms;
  int decimals = 0;
  char family = 'n';  // 'n' number, 'd' days, 't' a moment, 'i' an interval in microseconds, 'o' a time of day
  std::int64_t slack = 0;  // microseconds (or days) by which it may be more or less than said
  bool has_months = false;  // an interval of months or years, 30 days each
  bool is_age = false;  // of age(): counts as many months as it can
};

bool Multiply(Int128& value, Int128 factor) { return !__builtin_mul_overflow(value, factor, &value); }

bool Rescale(Polynomial& polynomial, int decimals) {
  const Int128 factor = PowerOfTen(decimals - polynomial.decimals);
  for (Relation::Term& term : polynomial.terms)
    if (!Multiply(term.coefficient, factor)) return false;
  polynomial.decimals = decimals;
  return true;
}

bool Scale(Polynomial& polynomial, Int128 factor) {
  for (Relation::Term& term : polynomial.terms)
    if (!Multiply(term.coefficient, factor)) return false;
  return true;
}

void AddTerm(std::vector<Relation::Term>& terms, Relation::Term term) {
  for (Relation::Term& known : terms) {
    if (known.columns != term.columns) continue;
    known.coefficient += term.coefficient;
    if (known.coefficient == 0) std::erase(terms, known);
    return;
  }
  if (term.coefficient != 0) terms.push_back(std::move(term));
}

std::optional<Polynomial> Sum(Polynomial left, Polynomial right, bool minus) {
  // Numbers next to days count days; anything else temporal is in microseconds.
  const auto to_micros = [](Polynomial& p) {
    if (p.family != 'd') return true;
    p.family = 't';
    p.slack *= kMicrosPerDay;
    return Scale(p, kMicrosPerDay);
  };
  char family = left.family;
  if (left.family == 'd' && right.family == 'd') {
    family = minus ? 'n' : '?';
  } else if ((left.family == 'd' && right.family == 'n') || (left.family == 'n' && right.family == 'd')) {
    family = 'd';
  } else if (left.family != right.family || left.family == 't') {
    if (!to_micros(left) || !to_micros(right)) return std::nullopt;
    const std::string pair{left.family, right.family};
    if (pair == "ti" || pair == "oi") {
      family = left.family;
    } else if ((pair == "it" || pair == "io") && !minus) {
      family = right.family;
    } else if (pair == "tt" && minus) {
      family = 'i';
    } else {
      return std::nullopt;
    }
  } else if (left.family == 'o') {
    family = minus ? 'i' : '?';
  }
  if (family == '?') return std::nullopt;
  const int decimals = std::max(left.decimals, right.decimals);
  if (!Rescale(left, decimals) || !Rescale(right, decimals)) return std::nullopt;
  for (Relation::Term& term : right.terms) {
    if (minus) term.coefficient = -term.coefficient;
    AddTerm(left.terms, std::move(term));
  }
  left.family = family;
  left.slack += right.slack;
  left.has_months |= right.has_months;
  left.is_age |= right.is_age;
  return left;
}

std::optional<Polynomial> Product(const Polynomial& left, const Polynomial& right) {
  const bool numbers = left.family == 'n' && right.family == 'n';
  const bool interval = (left.family == 'i' && right.family == 'n') || (left.family == 'n' && right.family == 'i');
  if ((!numbers && !interval) || left.slack != 0 || right.slack != 0) return std::nullopt;
  Polynomial result;
  result.family = interval ? 'i' : 'n';
  result.decimals = left.decimals + right.decimals;
  for (const Relation::Term& a : left.terms)
    for (const Relation::Term& b : right.terms) {
      Relation::Term term = a;
      if (!Multiply(term.coefficient, b.coefficient)) return std::nullopt;
      term.columns.insert(term.columns.end(), b.columns.begin(), b.columns.end());
      std::ranges::sort(term.columns);
      AddTerm(result.terms, std::move(term));
    }
  return result;
}

class PolynomialReader {
 public:
  explicit PolynomialReader(const TypesByColumn& types) : types_(types) {}

  std::optional<Polynomial> Read(const Expression& expression) const {
    using Kind = Expression::Kind;
    if (expression.kind == Kind::Column || expression.kind == Kind::Value) return Column(expression);
    if (expression.kind == Kind::Constant) return Constant(expression, expression.type);
    if (expression.kind == Kind::Cast) return Cast(expression);
    if (expression.kind == Kind::Function) return Function(expression);
    if (expression.kind != Kind::Operator) return std::nullopt;
    const std::string& name = expression.name;
    if (expression.arguments.size() == 1) {
      auto operand = name == "-" || name == "+" ? Read(expression.arguments.front()) : std::nullopt;
      if (!operand || name == "+") return operand;
      return Scale(*operand, -1) ? operand : std::nullopt;
    }
    if (expression.arguments.size() != 2 || (name != "+" && name != "-" && name != "*")) return std::nullopt;
    auto left = Read(expression.arguments[0]);
    auto right = left ? Read(expression.arguments[1]) : std::nullopt;
    if (!right) return std::nullopt;
    return name == "*" ? Product(*left, *right) : Sum(std::move(*left), std::move(*right), name == "-");
  }

 private:
  std::optional<Polynomial> Column(const Expression& expression) const {
    const auto column = AsColumn(expression, types_);
    if (!column || !column->keeps_order) return std::nullopt;
    const auto scale = FindPositionScale(column->type);
    if (!scale) return std::nullopt;
    Polynomial result;
    result.terms.push_back({1, {column->column}});
    result.decimals = scale->decimals;
    result.family = scale->family;
    return result;
  }

  // extract('epoch' from an interval), age() and the present.
  std::optional<Polynomial> Function(const Expression& call) const {
    const std::size_t count = call.arguments.size();
    if (count == 0) return Moment(call.name);
    if ((call.name == "extract" || call.name == "date_part") && count == 2) {
      const auto field = AsConstant(call.arguments[0]);
      auto span = field && field->text == "epoch" ? Read(call.arguments[1]) : std::nullopt;
      if (!span || span->family != 'i' || span->slack != 0) return std::nullopt;
      span->family = 'n';
      span->decimals += 6;
      return span;
    }
    return call.name == "age" && count <= 2 ? Age(call) : std::nullopt;
  }

  // Counts months and years where they can be counted, so it is a few days from the difference.
  std::optional<Polynomial> Age(const Expression& call) const {
    // A date becomes a moment of the session's time zone.
    const auto read = [this](const Expression& moment) { return Read(StripCasts(moment)); };
    auto later = call.arguments.size() == 2 ? read(call.arguments[0]) : Moment("current_date");
    auto earlier = later ? read(call.arguments.back()) : std::nullopt;
    if (!earlier || (earlier->family != 't' && earlier->family != 'd')) return std::nullopt;
    auto difference = Sum(std::move(*later), std::move(*earlier), true);
    if (!difference) return std::nullopt;
    if (difference->family == 'n') {  // of dates
      if (!Scale(*difference, kMicrosPerDay)) return std::nullopt;
      difference->slack *= kMicrosPerDay;
    }
    difference->family = 'i';
    difference->slack += 5 * kMicrosPerDay;
    difference->is_age = true;
    return difference;
  }

  // A moment's day is up to a day before it, in some time zone.
  std::optional<Polynomial> Day(const Expression& moment) const {
    auto result = Column(moment);
    if (!result || result->family != 't') return std::nullopt;
    result->slack += 2 * kMicrosPerDay;
    return result;
  }

  // Casts that change no value: between numbers to a wider type, from a date to a moment, relabels.
  std::optional<Polynomial> Cast(const Expression& expression) const {
    const Expression& inner = StripCasts(expression);
    const std::string& type = expression.type;
    if (inner.kind == Expression::Kind::Column || inner.kind == Expression::Kind::Value) {
      auto column = Column(expression);
      return !column && type == "date" ? Day(expression.arguments.front()) : column;
    }
    if (inner.kind == Expression::Kind::Constant) return Constant(inner, type);
    auto operand = Read(expression.arguments.front());
    if (!operand) return std::nullopt;
    const bool is_whole = operand->decimals == 0;
    if (operand->family == 'n')
      return type == "numeric" || type == "double precision" || (is_whole && (type == "bigint" || type == "integer"))
                 ? operand
                 : std::nullopt;
    if (type == "date" && operand->family == 't' && operand->terms.size() == 1 &&
        operand->terms.front().coefficient == 1 && operand->terms.front().columns == std::vector<AttributeNumber>{kNow})
      return Moment("current_date");
    return type.starts_with("timestamp") && (operand->family == 't' || operand->family == 'd') ? operand : std::nullopt;
  }

  std::optional<Polynomial> Constant(const Expression& expression, const std::string& type) const {
    if (!expression.value) return std::nullopt;
    const std::string& text = *expression.value;
    Polynomial result;
    std::optional<OrderedPoint> point;
    if (type == "interval") {
      result.family = 'i';
      point = ParseInterval(text);
      if (text.find("mon") != std::string::npos || text.find("year") != std::string::npos) {
        if (!point) return std::nullopt;
        // A month counts 30 days here, a year 360; in truth up to 31 and 366.
        result.slack = static_cast<std::int64_t>(std::abs(static_cast<double>(point->floor)) / 50) + 3 * kMicrosPerDay;
        result.has_months = true;
      }
    } else if (type == "date") {
      result.family = 'd';
      point = ParseDate(text);
    } else if (type.starts_with("timestamp")) {
      result.family = 't';
      point = ParseTimestamp(text, type.find("with time zone") != std::string::npos);
    } else if (type.starts_with("time without")) {
      result.family = 'o';
      point = ParseTime(text);
    } else {
      const auto decimals = CountDecimals(text);
      if (!decimals || *decimals > 12) return std::nullopt;
      result.decimals = *decimals;
      point = ParseDecimal(text, *decimals);
    }
    if (!point || !point->exact) return std::nullopt;
    if (point->floor != 0) result.terms.push_back({point->floor, {}});
    return result;
  }

  // The start of the present day stands for the moment of writing; what must lie after it keeps a day of distance.
  std::optional<Polynomial> Moment(const std::string& name) const {
    static const std::set<std::string> moments = {"now",
                                                  "current_timestamp",
                                                  "localtimestamp",
                                                  "transaction_timestamp",
                                                  "statement_timestamp",
                                                  "clock_timestamp"};
    Polynomial result;
    if (name == "current_date") {
      result.family = 'd';
      result.terms.push_back({1, {kToday}});
      result.slack = 1;
    } else if (moments.contains(name)) {
      result.family = 't';
      result.terms.push_back({1, {kNow}});
      result.slack = kMicrosPerDay;
    } else {
      return std::nullopt;
    }
    return result;
  }

  const TypesByColumn& types_;
};

// Puts the clock's time in for now() and current_date: the later one where the sum grows with it, else the earlier one,
// so that a sum that is not above zero stays so. False if a product holds it.
bool PutTime(std::vector<Relation::Term>& terms, const Clock& clock) {
  const std::vector<Relation::Term> before = std::move(terms);
  terms.clear();
  for (const Relation::Term& term : before) {
    const auto held = std::ranges::find_if(term.columns, [](AttributeNumber n) { return n == kNow || n == kToday; });
    if (held == term.columns.end()) {
      AddTerm(terms, term);
      continue;
    }
    if (term.columns.size() > 1) return false;
    Int128 value =
        term.coefficient > 0 ? std::max(clock.reference, clock.today) : std::min(clock.reference, clock.today);
    if (*held == kToday) value /= kMicrosPerDay;
    if (!Multiply(value, term.coefficient)) return false;
    AddTerm(terms, {value, {}});
  }
  return true;
}

std::optional<Relation> ReadTextRelation(const Expression& left, const std::string& name, const Expression& right,
                                         const TypesByColumn& types) {
  const auto a = AsColumn(left, types);
  const auto b = AsColumn(right, types);
  if (!a || !b || a->column == b->column || (name != "=" && name != "<>")) return std::nullopt;
  const bool are_texts = a->type.type->category == 'S' && b->type.type->category == 'S';
  if (!are_texts && a->type.type->oid != b->type.type->oid) return std::nullopt;
  Relation relation;
  relation.kind = name == "=" ? Relation::Kind::SameText : Relation::Kind::DifferentText;
  relation.columns = {std::min(a->column, b->column), std::max(a->column, b->column)};
  return relation;
}

Int128 DivideDown(Int128 dividend, Int128 divisor) {
  const Int128 quotient = dividend / divisor;
  return dividend % divisor != 0 && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient;
}
Int128 DivideUp(Int128 dividend, Int128 divisor) { return -DivideDown(-dividend, divisor); }

}  // namespace

std::optional<Relation> ReadRelation(const Expression& left, const std::string& name, const Expression& right,
                                     const TypesByColumn& types, const Clock& clock) {
  const PolynomialReader reader(types);
  auto a = reader.Read(left);
  auto b = a ? reader.Read(right) : std::nullopt;
  if (!b) return ReadTextRelation(left, name, right, types);
  const bool is_greater = name == ">" || name == ">=";
  // Both sides of a comparison are of one kind; their difference always exists.
  const bool mixed_numbers = (a->family == 'n') != (b->family == 'n');
  // An age is compared with months, or with nothing at all.
  const bool mixed_months =
      (a->is_age && !b->has_months && !b->terms.empty()) || (b->is_age && !a->has_months && !a->terms.empty());
  if (mixed_numbers || mixed_months) return std::nullopt;
  auto difference = is_greater ? Sum(std::move(*b), std::move(*a), true) : Sum(std::move(*a), std::move(*b), true);
  if (!difference) return ReadTextRelation(left, name, right, types);
  if (!PutTime(difference->terms, clock)) return std::nullopt;
  Relation relation;
  relation.terms = std::move(difference->terms);
  if (name == "<" || name == ">") {
    relation.comparison = Relation::Comparison::Less;
  } else if (name == "<=" || name == ">=") {
    relation.comparison = Relation::Comparison::LessOrEqual;
  } else if (name == "=" || name == "<>") {
    if (difference->slack != 0) return std::nullopt;
    relation.comparison = name == "=" ? Relation::Comparison::Equal : Relation::Comparison::Different;
  } else {
    return std::nullopt;
  }
  if (difference->slack != 0) {
    AddTerm(relation.terms, {difference->slack, {}});
  }
  std::set<AttributeNumber> columns;
  for (const Relation::Term& term : relation.terms) columns.insert(term.columns.begin(), term.columns.end());
  relation.columns.assign(columns.begin(), columns.end());
  if (relation.columns.empty()) return std::nullopt;
  return relation;
}

void AddProductLimits(const Expression& expression, const TypesByColumn& types, std::vector<Relation>& relations) {
  for (const Expression& argument : expression.arguments) AddProductLimits(argument, types, relations);
  static const std::map<std::string, std::int64_t> largest_values = {
      {"smallint", INT16_MAX}, {"integer", INT32_MAX}, {"bigint", INT64_MAX}};
  const auto largest = largest_values.find(expression.type);
  if (expression.kind != Expression::Kind::Operator || expression.name != "*" || largest == largest_values.end())
    return;
  const auto product = PolynomialReader(types).Read(expression);
  if (!product || product->decimals != 0 || product->terms.size() != 1 || product->terms.front().columns.size() < 2)
    return;
  for (const int sign : {1, -1}) {
    Relation limit;
    limit.comparison = Relation::Comparison::LessOrEqual;
    limit.terms = product->terms;
    limit.terms.front().coefficient *= sign;
    AddTerm(limit.terms, {-Int128{largest->second}, {}});
    const std::set<AttributeNumber> columns(product->terms.front().columns.begin(),
                                            product->terms.front().columns.end());
    limit.columns.assign(columns.begin(), columns.end());
    if (limit.columns.size() > 1) relations.push_back(std::move(limit));
  }
}

std::optional<bool> CompareConstants(const Expression& left, const std::string& name, const Expression& right,
                                     const Clock& clock) {
  const TypesByColumn none;
  const PolynomialReader reader(none);
  auto a = reader.Read(left);
  auto b = a ? reader.Read(right) : std::nullopt;
  int order = 0;
  if (auto difference = b && a->family == b->family ? Sum(std::move(*a), std::move(*b), true) : std::nullopt) {
    if (!PutTime(difference->terms, {clock.today, clock.today})) return std::nullopt;
    const Int128 value = difference->terms.empty() ? 0 : difference->terms.front().coefficient;
    order = value < 0 ? -1 : value > 0;
  } else {
    const auto x = AsConstant(left);
    const auto y = AsConstant(right);
    if (!x || !y || x->is_null || y->is_null || (name != "=" && name != "<>")) return std::nullopt;
    order = x->text == y->text ? 0 : 1;
  }
  if (name == "=") return order == 0;
  if (name == "<>") return order != 0;
  if (name == "<") return order < 0;
  if (name == "<=") return order <= 0;
  if (name == ">") return order > 0;
  if (name == ">=") return order >= 0;
  return std::nullopt;
}

bool BoundPosition(const Relation& relation, AttributeNumber target, std::span<const ColumnPosition> positions,
                   PositionBounds& bounds) {
  Int128 factor = 0;
  Int128 rest = 0;
  for (const Relation::Term& term : relation.terms) {
    Int128 value = term.coefficient;
    int occurrences = 0;
    for (const AttributeNumber column : term.columns) {
      if (column == target) {
        ++occurrences;
        continue;
      }
      const auto found = std::ranges::find(positions, column, &ColumnPosition::column);
      if (found == positions.end() || !Multiply(value, found->position)) return false;
    }
    if (occurrences > 1 ||
        __builtin_add_overflow(occurrences == 1 ? factor : rest, value, occurrences == 1 ? &factor : &rest))
      return false;
  }
  if (factor == 0) return false;
  // factor * target + rest (<, <=, =, <>) 0
  const bool exact = rest % factor == 0;
  switch (relation.comparison) {
    case Relation::Comparison::Equal:
      bounds.lower = std::max(bounds.lower, exact ? -rest / factor : bounds.upper + 1);
      if (exact) bounds.upper = std::min(bounds.upper, -rest / factor);
      return true;
    case Relation::Comparison::Different:
      if (exact) bounds.without = -rest / factor;
      return true;
    case Relation::Comparison::Less:
    case Relation::Comparison::LessOrEqual: {
      const int strict = relation.comparison == Relation::Comparison::Less && exact ? 1 : 0;
      if (factor > 0) {
        bounds.upper = std::min(bounds.upper, DivideDown(-rest, factor) - strict);
      } else {
        bounds.lower = std::max(bounds.lower, DivideUp(-rest, factor) + strict);
      }
      return true;
    }
  }
  return false;
}

std::optional<PositionScale> FindPositionScale(const TypeOfColumn& type) {
  if (type.type == nullptr || type.type->schema != "pg_catalog") return std::nullopt;
  const std::string& name = type.type->name;
  if (name == "int2" || name == "int4" || name == "int8") return PositionScale{};
  if (name == "numeric") {
    const auto modifier = ReadNumericModifier(type.type_modifier);
    const int decimals = modifier ? modifier->scale : 6;
    if (decimals < 0 || decimals > 12) return std::nullopt;
    return PositionScale{'n', decimals};
  }
  if (name == "money") return PositionScale{'n', 2};
  if (name == "float4" || name == "float8") return PositionScale{'n', kFloatDecimals, true};
  if (name == "date") return PositionScale{'d', 0};
  if (name == "timestamp" || name == "timestamptz") return PositionScale{'t', 0};
  if (name == "time") return PositionScale{'o', 0};
  return std::nullopt;
}

std::optional<std::int64_t> PositionOfText(const std::string& text, const TypeOfColumn& type) {
  const auto scale = FindPositionScale(type);
  if (!scale) return std::nullopt;
  if (!scale->is_float) return ParseOrderedValue(*type.type, type.type_modifier, text, false);
  const auto point = ParseDecimal(text, kFloatDecimals);
  if (!point || point->floor > INT64_MAX / 2 || point->floor < INT64_MIN / 2) return std::nullopt;
  return static_cast<std::int64_t>(point->floor);
}

std::string TextOfPosition(Int128 position, const TypeOfColumn& type) {
  const auto scale = FindPositionScale(type);
  const auto value = static_cast<std::int64_t>(std::clamp<Int128>(
      position, std::numeric_limits<std::int64_t>::min() / 2, std::numeric_limits<std::int64_t>::max() / 2));
  std::string text;
  if (!scale) return text;
  if (scale->family == 'd') {
    AppendDate(value, text);
  } else if (scale->family == 't') {
    AppendTimestamp(value, type.type->name == "timestamptz" ? "+00" : "", text);
  } else if (scale->family == 'o') {
    AppendTime(value, text);
  } else {
    AppendScaled(value, scale->decimals, 0, text);
  }
  return text;
}

}  // namespace dbmocker
