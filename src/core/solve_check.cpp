// See solve_check.h. Three-valued logic: a check passes unless it is false, so every expression is read for the set of
// outcomes (true, false, NULL) that are wanted of it. COALESCE, CASE, NULLIF, GREATEST and LEAST inside a comparison
// are taken apart into cases first, so that comparisons are between plain columns and constants.
// Read first: ReadCases at the end, then CaseReader::Read.
#include "solve_check.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <type_traits>

#include "case_algebra.h"
#include "dbmocker/error.h"
#include "limit_algebra.h"
#include "read_atoms.h"
#include "read_json_checks.h"
#include "rewrite_check.h"
#include "take_apart.h"

namespace dbmocker {
namespace {

// Outcomes that are wanted, as a set.
using Want = unsigned;
constexpr Want kTrue = 1;
constexpr Want kFalse = 2;
constexpr Want kNull = 4;
constexpr Want kAnything = 7;
constexpr std::size_t kMostTakenApart = 40;  // members of a list that are read one by one

Want Opposite(Want want) { return (want & kNull) | (want & kTrue ? kFalse : 0) | (want & kFalse ? kTrue : 0); }

class CaseReader {
 public:
  CaseReader(const TypesByColumn& types, int number, const Clock& clock)
      : types_(types), number_(number), clock_(clock) {}

  CheckCases Read(const Expression& expression, Want want) const {
    using Kind = Expression::Kind;
    if (want == kAnything) return AnyCase();
    if (want == 0) return {};
    switch (expression.kind) {
      case Kind::Not:
        return Read(expression.arguments.front(), Opposite(want));
      case Kind::And:
        return Junction(expression.arguments, want, false);
      case Kind::Or:
        return Junction(expression.arguments, Opposite(want), true);
      case Kind::IsNull:
      case Kind::IsNotNull:
        return NullTest(expression, want);
      case Kind::BooleanTest:
        return BooleanTest(expression, want);
      case Kind::Constant:
        return (want & (!expression.value          ? kNull
                        : *expression.value == "t" ? kTrue
                                                   : kFalse)) != 0
                   ? AnyCase()
                   : CheckCases{};
      case Kind::Operator:
        if (expression.arguments.size() == 2) return Comparison(expression, want);
        break;
      case Kind::AnyOf:
      case Kind::AllOf:
        if (expression.arguments.size() == 2) return List(expression, want);
        break;
      case Kind::Distinct:
        if (expression.arguments.size() == 2) return Distinct(expression, want);
        break;
      case Kind::Coalesce:
      case Kind::Case:
        if (const auto parts = TakeApart(expression)) return Parts(*parts, want);
        break;
      case Kind::Cast:
        if (IsBoolean(expression.arguments.front())) return Read(expression.arguments.front(), want);
        break;
      case Kind::Function:
        if (const auto other = RewriteCheck(expression, (want & kFalse) == 0, types_)) return Read(*other, want);
        break;
      default:
        break;
    }
    return OfAtom(want, expression.columns, [&](bool negated) { return ReadTruth(expression, !negated, types_); });
  }

 private:
  // ------------------------------------------------------------------------------------------------------------ logic

  Want Flip(Want want, bool negated) const { return negated ? Opposite(want) : want; }

  // All of the arguments (negated ones for OR, by De Morgan).
  CheckCases Junction(const std::vector<Expression>& arguments, Want want, bool negated) const {
    const auto all = [&](Want each) {
      CheckCases cases = AnyCase();
      for (const Expression& argument : arguments) {
        cases = BothCases(cases, Read(argument, Flip(each, negated)), types_);
        if (cases.empty()) break;
      }
      return cases;
    };
    const auto some = [&](Want each) {
      CheckCases cases;
      for (const Expression& argument : arguments) {
        CheckCases more = Read(argument, Flip(each, negated));
        cases.insert(cases.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
      }
      JoinCases(cases, types_);
      return cases;
    };
    switch (want) {
      case kTrue:
        return all(kTrue);
      case kTrue | kNull:
        return all(kTrue | kNull);
      case kFalse:
      case kFalse | kNull:
        return some(want);
      case kNull:
        return BothCases(all(kTrue | kNull), some(kNull), types_);
      default:
        return EitherCases(all(kTrue), some(kFalse), types_);
    }
  }

  // `when` holds what each part is under, and the expression there.
  CheckCases Parts(const std::vector<ExpressionPart>& parts, Want want) const {
    return Parts(parts, [this, want](const Expression& expression) { return Read(expression, want); });
  }
  template <class ReadPart>
  CheckCases Parts(const std::vector<ExpressionPart>& parts,
                   ReadPart read) const requires std::is_invocable_v<ReadPart, const Expression&> {
    CheckCases cases;
    for (const ExpressionPart& part : parts) {
      CheckCases here = AnyCase();
      for (const auto& [condition, needed] : part.conditions) {
        here = BothCases(here, Read(condition, needed == PartCondition::Holds ? kTrue : kFalse | kNull), types_);
        if (here.empty()) break;
      }
      if (!here.empty()) here = BothCases(here, read(part.expression), types_);
      cases.insert(cases.end(), std::make_move_iterator(here.begin()), std::make_move_iterator(here.end()));
    }
    JoinCases(cases, types_);
    return cases;
  }

  CheckCases BooleanTest(const Expression& test, Want want) const {
    const bool is_not = test.name.find("NOT") != std::string::npos;
    const Want asked = test.name.find("UNKNOWN") != std::string::npos ? kNull
                       : test.name.find("TRUE") != std::string::npos  ? kTrue
                                                                      : kFalse;
    Want inner = 0;
    if ((want & kTrue) != 0) inner |= is_not ? kAnything & ~asked : asked;
    if ((want & kFalse) != 0) inner |= is_not ? asked : kAnything & ~asked;
    return Read(test.arguments.front(), inner);
  }

  // ------------------------------------------------------------------------------------------------------------- NULL

  CheckCases NullTest(const Expression& test, Want want) const {
    if ((want & (kTrue | kFalse)) == (kTrue | kFalse)) return AnyCase();
    if ((want & (kTrue | kFalse)) == 0) return {};
    const bool is_null = (test.kind == Expression::Kind::IsNull) == ((want & kTrue) != 0);
    return Nullness(test.arguments.front(), is_null);
  }

  CheckCases Nullness(const Expression& operand, bool is_null) const {
    using Kind = Expression::Kind;
    if (operand.kind == Kind::Column || operand.kind == Kind::Value) {
      CheckCases cases(1);
      (is_null ? cases.front().limits[operand.column].always_null : cases.front().limits[operand.column].not_null) =
          true;
      return cases;
    }
    if (operand.kind == Kind::Cast && MayRaise(operand)) return Unread(operand, "a cast may fail");
    if (operand.kind == Kind::Cast) return Nullness(operand.arguments.front(), is_null);
    if (operand.kind == Kind::Constant) return operand.value.has_value() != is_null ? AnyCase() : CheckCases{};
    if (operand.kind == Kind::ArrayConst || operand.kind == Kind::Array) return is_null ? CheckCases{} : AnyCase();
    if (IsBoolean(operand)) return Read(operand, is_null ? kNull : kTrue | kFalse);
    if (const auto other = RewriteNullTest(operand, is_null)) return Read(*other, kTrue);
    if (auto cases = KeyNullness(operand, is_null)) return *cases;
    const bool is_choice = operand.kind == Kind::Case || operand.kind == Kind::Function;
    if (const auto parts = is_choice ? TakeApart(operand) : std::nullopt)
      return Parts(*parts, [this, is_null](const Expression& part) { return Nullness(part, is_null); });
    const bool all = operand.kind == Kind::Coalesce;
    const bool any = IsStrict(operand);
    if ((!all && !any) || (!is_null && MayBeNull(operand))) return Unread(operand, "its NULLs are not known");
    CheckCases cases = all == is_null ? AnyCase() : CheckCases{};
    for (const Expression& argument : operand.arguments) {
      CheckCases one = Nullness(argument, is_null);
      cases = all == is_null ? BothCases(cases, one, types_) : EitherCases(std::move(cases), std::move(one), types_);
    }
    return cases;
  }

  // A text that may be none of the type that it is cast to.
  bool MayRaise(const Expression& cast) const {
    const auto column = types_.find(cast.arguments.front().column);
    const bool is_column = cast.arguments.front().kind == Expression::Kind::Column && column != types_.end() &&
                           column->second.type != nullptr && column->second.type->category == 'S';
    return is_column && cast.type != "text" && cast.type != "name" && !cast.type.starts_with("character") &&
           !cast.type.ends_with("citext") && cast.type != "bytea" && column->second.type->name != cast.type;
  }

  // x -> 'key' of json is not NULL if x has the key; array_position(x, NULL) is NULL if no element of x is.
  std::optional<CheckCases> KeyNullness(const Expression& operand, bool is_null) const {
    CheckCases cases(1);
    if (auto atom = ReadJsonPresence(operand, is_null, types_)) {
      cases.front().limits = std::move(atom->limits);
      if (!is_null) cases.front().limits[atom->columns.front()].not_null = true;
      return cases;
    }
    if (operand.arguments.size() != 2 || operand.kind != Expression::Kind::Function ||
        operand.name != "array_position" || !is_null)
      return std::nullopt;
    const auto column = AsColumn(operand.arguments[0], types_);
    const auto constant = AsConstant(operand.arguments[1]);
    if (!column || !constant || !constant->is_null) return std::nullopt;
    cases.front().limits[column->column].limits.elements = std::make_shared<ValueLimits>();
    return cases;
  }

  // ------------------------------------------------------------------------------------------------------ comparisons

  bool IsBoolean(const Expression& expression) const {
    using Kind = Expression::Kind;
    switch (expression.kind) {
      case Kind::Column:
      case Kind::Value: {
        const auto type = types_.find(expression.column);
        return type != types_.end() && type->second.type != nullptr && type->second.type->name == "bool";
      }
      case Kind::And:
      case Kind::Or:
      case Kind::Not:
      case Kind::IsNull:
      case Kind::IsNotNull:
      case Kind::BooleanTest:
      case Kind::AnyOf:
      case Kind::AllOf:
      case Kind::Distinct:
        return true;
      case Kind::Operator:
        return !FlipComparison(expression.name).empty() || expression.name.find('~') != std::string::npos;
      case Kind::Cast:
      case Kind::Coalesce:
        return expression.type == "boolean" && IsBoolean(expression.arguments.front());
      case Kind::Case:
        return expression.type == "boolean" && expression.arguments.size() > 1 && IsBoolean(expression.arguments[1]);
      case Kind::Function:
        return expression.type == "boolean" && expression.name == "starts_with";
      default:
        return false;
    }
  }

  static bool IsBooleanConstant(const Expression& expression) {
    return expression.kind == Expression::Kind::Constant &&
           (!expression.value || *expression.value == "t" || *expression.value == "f" || *expression.value == "true");
  }

  // P = Q and the like between truth values.
  CheckCases CompareTruths(const Expression& comparison, Want want) const {
    const Expression& a = comparison.arguments[0];
    const Expression& b = comparison.arguments[1];
    const std::string& name = comparison.name;
    CheckCases cases;
    const auto holds = [&name](bool x, bool y) {
      return name == "="    ? x == y
             : name == "<"  ? x < y
             : name == "<=" ? x <= y
             : name == ">"  ? x > y
             : name == ">=" ? x >= y
                            : x != y;
    };
    for (const bool x : {false, true})
      for (const bool y : {false, true}) {
        if ((want & (holds(x, y) ? kTrue : kFalse)) == 0) continue;
        cases = EitherCases(std::move(cases),
                            BothCases(Read(a, x ? kTrue : kFalse), Read(b, y ? kTrue : kFalse), types_), types_);
      }
    if ((want & kNull) != 0) {
      cases = EitherCases(std::move(cases), Read(a, kNull), types_);
      cases = EitherCases(std::move(cases), Read(b, kNull), types_);
    }
    return cases;
  }

  CheckCases Comparison(const Expression& comparison, Want want) const {
    const Expression& a = comparison.arguments[0];
    const Expression& b = comparison.arguments[1];
    const bool truths =
        (IsBoolean(a) && (IsBoolean(b) || IsBooleanConstant(b))) || (IsBooleanConstant(a) && IsBoolean(b));
    if (truths && !FlipComparison(comparison.name == "!=" ? "<>" : comparison.name).empty())
      return CompareTruths(comparison, want);
    for (const Expression* side : {&a, &b})
      if (const auto constant = AsConstant(*side); constant && constant->is_null)
        return (want & kNull) != 0 ? AnyCase() : CheckCases{};
    if (comparison.name == "&&")
      if (const auto lists = Overlap(comparison)) return Read(*lists, want);
    if (const auto counted = CountNulls(comparison)) return NullCounts(*counted, want);
    if (const auto other = RewriteCheck(comparison, (want & kFalse) == 0, types_)) return Read(*other, want);
    if (const auto parts = TakeApart(comparison)) return Parts(*parts, want);
    if (comparison.columns.empty() && !ReadsValue(comparison)) {
      const auto holds = CompareConstants(a, comparison.name, b, clock_);
      if (holds) return (want & (*holds ? kTrue : kFalse)) != 0 ? AnyCase() : CheckCases{};
    }
    return OfAtom(want, comparison.columns,
                  [&](bool negated) { return ReadComparison(comparison, negated, types_, clock_); });
  }

  // array && ARRAY[a, b] as a = ANY (array) OR b = ANY (array).
  static std::optional<Expression> Overlap(const Expression& comparison) {
    const bool list_first = AsConstantList(comparison.arguments[0]).has_value();
    const Expression& array = comparison.arguments[list_first ? 1 : 0];
    const auto texts = AsConstantList(comparison.arguments[list_first ? 0 : 1]);
    if (!texts || texts->empty() || texts->size() > kMostTakenApart) return std::nullopt;
    Expression junction;
    junction.kind = Expression::Kind::Or;
    junction.columns = comparison.columns;
    for (const std::string& text : *texts) {
      Expression constant;
      constant.kind = Expression::Kind::Constant;
      constant.type = "text";
      constant.value = text;
      Expression one = comparison;
      one.kind = Expression::Kind::AnyOf;
      one.name = "=";
      one.arguments = {std::move(constant), array};
      junction.arguments.push_back(std::move(one));
    }
    return junction;
  }

  // num_nonnulls(…) between least and most.
  CheckCases NullCounts(const NullCount& count, Want want) const {
    CheckCases cases;
    const std::size_t size = count.arguments.size();
    for (std::size_t nonnulls = 0; nonnulls <= size; ++nonnulls) {
      if ((want & (count.Holds(nonnulls) ? kTrue : kFalse)) == 0) continue;
      std::vector<bool> chosen(size, false);
      std::fill(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(nonnulls), true);
      do {
        CheckCases one = AnyCase();
        for (std::size_t i = 0; i < size; ++i) one = BothCases(one, Nullness(count.arguments[i], !chosen[i]), types_);
        cases.insert(cases.end(), std::make_move_iterator(one.begin()), std::make_move_iterator(one.end()));
      } while (cases.size() < kMaxCases && std::prev_permutation(chosen.begin(), chosen.end()));
    }
    JoinCases(cases, types_);
    return cases;
  }

  CheckCases List(const Expression& list, Want want) const {
    const auto texts = AsConstantList(list.arguments[1]);
    const bool plain = list.name == "=" || list.name == "<>" || list.name == "!=";
    const auto as_atom = [&] {
      return OfAtom(want, list.columns, [&](bool negated) { return ReadListAtom(list, negated, types_); });
    };
    if (!texts || !plain || TakeApart(list.arguments[0])) {
      const Expression& array = StripCasts(list.arguments[1]);
      if (array.kind == Expression::Kind::Column || array.kind == Expression::Kind::Value) return as_atom();
      const auto junction = MembersOf(list);
      return junction ? Read(*junction, want) : Unread(list, "the list is not constant");
    }
    const bool has_null = HasNull(StripCasts(list.arguments[1]));
    // x IN (…, NULL) is never false, only NULL.
    if (has_null && (want & kNull) != 0) return AnyCase();
    CheckCases cases = as_atom();
    if (!HasResidues(cases)) return cases;
    const auto junction = has_null ? std::nullopt : MembersOf(list);
    CheckCases apart = junction ? Read(*junction, want) : CheckCases{};
    return junction && !HasResidues(apart) ? apart : cases;
  }

  static bool HasResidues(const CheckCases& cases) {
    return std::ranges::any_of(cases, [](const CheckCase& one) { return !one.residues.empty(); });
  }

  // x = ANY (list) as x = a OR x = b …, ALL with AND; nullopt if it has too many members.
  static std::optional<Expression> MembersOf(const Expression& list) {
    const Expression& array = StripCasts(list.arguments[1]);
    std::vector<Expression> members;
    if (array.kind == Expression::Kind::Array) members = array.arguments;
    if (array.kind == Expression::Kind::ArrayConst)
      for (const auto& element : array.elements) {
        Expression constant;
        constant.kind = Expression::Kind::Constant;
        constant.type = "text";
        constant.value = element;
        members.push_back(std::move(constant));
      }
    if (members.empty() || members.size() > kMostTakenApart) return std::nullopt;
    Expression junction;
    junction.kind = list.kind == Expression::Kind::AnyOf ? Expression::Kind::Or : Expression::Kind::And;
    junction.columns = list.columns;
    for (Expression& member : members) {
      Expression one;
      one.kind = Expression::Kind::Operator;
      one.name = list.name;
      one.type = "boolean";
      one.columns = list.columns;
      one.arguments = {list.arguments[0], std::move(member)};
      junction.arguments.push_back(std::move(one));
    }
    return junction;
  }

  static bool HasNull(const Expression& array) {
    return std::ranges::any_of(array.elements, [](const auto& element) { return !element.has_value(); }) ||
           std::ranges::any_of(array.arguments, [](const Expression& one) {
             const auto constant = AsConstant(one);
             return constant && constant->is_null;
           });
  }

  // Never NULL: two NULLs are not distinct.
  CheckCases Distinct(const Expression& distinct, Want want) const {
    if ((want & (kTrue | kFalse)) == (kTrue | kFalse)) return AnyCase();
    if ((want & (kTrue | kFalse)) == 0) return {};
    const bool differ = (want & kTrue) != 0;
    const Expression& a = distinct.arguments[0];
    const Expression& b = distinct.arguments[1];
    Expression equal = distinct;
    equal.kind = Expression::Kind::Operator;
    equal.name = "=";
    if (!differ)
      return EitherCases(Read(equal, kTrue), BothCases(Nullness(a, true), Nullness(b, true), types_), types_);
    const CheckCases not_equal = Read(equal, kFalse | kNull);
    return EitherCases(BothCases(not_equal, Nullness(a, false), types_),
                       BothCases(not_equal, Nullness(b, false), types_), types_);
  }

  // ------------------------------------------------------------------------------------------------------------ atoms

  static bool ReadsValue(const Expression& expression) {
    return expression.kind == Expression::Kind::Value || std::ranges::any_of(expression.arguments, ReadsValue);
  }

  CheckCases Unread(const Expression& expression, const std::string& why) const {
    CheckCases cases(1);
    cases.front().residues.push_back({number_, why, expression.columns});
    return cases;
  }

  // `read(negated)` gives what makes the expression true or false; it is NULL where one of its columns is.
  template <class ReadAtom>
  CheckCases OfAtom(Want want, const std::vector<AttributeNumber>& columns, ReadAtom read) const {
    const Want truth = want & (kTrue | kFalse);
    CheckCase result;
    bool impossible = truth == 0;
    std::vector<AttributeNumber> reading = columns;
    if (reading.empty() && types_.contains(0)) reading = {0};
    if (truth == kTrue || truth == kFalse) {
      Atom atom = read(truth == kFalse);
      reading = atom.columns;
      impossible = atom.is_impossible;
      result.limits = std::move(atom.limits);
      result.relations = std::move(atom.relations);
      if (!atom.why_not.empty()) {
        result.residues.push_back({number_, atom.why_not, columns});
        reading.clear();  // it need not be NULL where one of them is
      }
    }
    if ((want & kNull) == 0) {
      if (impossible) return {};
      for (const AttributeNumber column : reading) result.limits[column].not_null = true;
      return {result};
    }
    if (!impossible) return {result};
    CheckCases nulls;
    for (const AttributeNumber column : reading) {
      CheckCase one;
      one.limits[column].always_null = true;
      nulls.push_back(std::move(one));
    }
    return nulls;
  }

  const TypesByColumn& types_;
  int number_;
  Clock clock_;
};

}  // namespace

TypeOfColumn UnwrapDomains(const Type& type, int type_modifier) {
  TypeOfColumn result{&type, type_modifier};
  while (result.type->kind == TypeKind::Domain && result.type->element != nullptr) {
    if (result.type->element_modifier != -1) result.type_modifier = result.type->element_modifier;
    result.type = result.type->element.get();
  }
  return result;
}

CheckCases ReadCases(const Expression& check, const TypesByColumn& types, int number, const Clock& clock) {
  return CaseReader(types, number, clock).Read(check, kTrue | kNull);
}

bool SolveCheck(const Expression& check, const TypesByColumn& types, LimitsByColumn& limits) {
  CheckCases before(1);
  before.front().limits = limits;
  const CheckCases cases = BothCases(before, ReadCases(check, types, 0, {}), types);
  if (cases.empty())
    throw Error(sqlstate::kInvalidParameterValue, "the limits contradict each other",
                "No value satisfies all of them at once.");
  bool complete = cases.size() == 1 && cases.front().relations.empty() && cases.front().residues.empty();
  std::map<AttributeNumber, bool> columns;
  for (const CheckCase& one : cases)
    for (const auto& entry : one.limits) columns[entry.first] = true;
  for (const auto& entry : columns) {
    const auto type = types.find(entry.first);
    limits[entry.first] = HullOf(cases, entry.first, type == types.end() ? TypeOfColumn{} : type->second);
  }
  return complete;
}

}  // namespace dbmocker
