// CHECK constraints over several columns: rows are judged by an evaluator of expression trees written here, which knows
// three-valued logic and nothing of how values are made.
// Read first: CheckCasesTest.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

using Value = std::optional<std::string>;

class Judge {
 public:
  Judge(const Table& table, const Rows& rows, std::size_t row) : table_(table), rows_(rows), row_(row) {}

  Value Of(const Expression& e) const {
    switch (e.kind) {
      case Kind::Constant:
        return e.value;
      case Kind::Column:
        return rows_.at(table_.FindColumn(e.column)->name)[row_];
      case Kind::Cast:
        return OfCast(e);
      case Kind::Not: {
        const Value inner = Of(e.arguments[0]);
        return !inner ? inner : Value(*inner == "t" ? "f" : "t");
      }
      case Kind::And:
      case Kind::Or:
        return OfJunction(e);
      case Kind::IsNull:
        return Truth(!Of(e.arguments[0]));
      case Kind::IsNotNull:
        return Truth(Of(e.arguments[0]).has_value());
      case Kind::AnyOf: {
        const Value left = Of(e.arguments[0]);
        if (!left) return std::nullopt;
        for (const auto& element : e.arguments[1].elements)
          if (element == left) return "t";
        return "f";
      }
      case Kind::Coalesce:
        for (const Expression& argument : e.arguments)
          if (Value value = Of(argument)) return value;
        return std::nullopt;
      case Kind::Case:
        for (std::size_t i = 0; i + 1 < e.arguments.size(); i += 2)
          if (Of(e.arguments[i]) == "t") return Of(e.arguments[i + 1]);
        return Of(e.arguments.back());
      case Kind::Distinct:
        return Truth(Of(e.arguments[0]) != Of(e.arguments[1]));
      case Kind::Function:
        return OfFunction(e);
      case Kind::Operator:
        return OfOperator(e);
      default:
        throw std::logic_error("not known to the judge");
    }
  }

 private:
  static Value Truth(bool value) { return value ? "t" : "f"; }

  Value OfCast(const Expression& e) const {
    const Value inner = Of(e.arguments[0]);
    if (inner && e.type == "integer" && (*inner == "t" || *inner == "f")) return *inner == "t" ? "1" : "0";
    return inner;
  }
  Value OfJunction(const Expression& e) const {
    const std::string decisive = e.kind == Kind::And ? "f" : "t";
    bool unknown = false;
    for (const Expression& argument : e.arguments) {
      const Value value = Of(argument);
      if (value == decisive) return decisive;
      unknown |= !value;
    }
    if (unknown) return std::nullopt;
    return decisive == "f" ? "t" : "f";
  }
  Value OfFunction(const Expression& e) const {
    if (e.name == "num_nonnulls") {
      int count = 0;
      for (const Expression& argument : e.arguments) count += Of(argument) ? 1 : 0;
      return std::to_string(count);
    }
    const Value text = Of(e.arguments[0]);
    if (!text) return std::nullopt;
    if (e.name == "length") return std::to_string(text->size());
    std::string folded = *text;
    if (e.name == "lower")
      for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return folded;
  }
  static bool IsNumber(const std::string& text) {
    return text.find_first_not_of("0123456789.-") == std::string::npos &&
           text.rfind('-') == (text[0] == '-' ? 0 : std::string::npos);
  }
  Value OfOperator(const Expression& e) const {
    const Value a = Of(e.arguments[0]);
    const Value b = Of(e.arguments[1]);
    if (!a || !b) return std::nullopt;
    const bool numbers = !a->empty() && !b->empty() && IsNumber(*a) && IsNumber(*b);
    const auto cents = [](const std::string& text) { return std::llround(std::stod(text) * 1e4); };
    if (e.name == "+" || e.name == "-" || e.name == "*") {
      const long long x = cents(*a);
      const long long y = cents(*b);
      const long long result = e.name == "+" ? x + y : e.name == "-" ? x - y : x * y / 10000;
      return std::to_string(static_cast<double>(result) / 1e4);
    }
    const long long order = numbers ? cents(*a) - cents(*b) : a->compare(*b);
    if (e.name == "=") return Truth(order == 0);
    if (e.name == "<>") return Truth(order != 0);
    if (e.name == "<") return Truth(order < 0);
    if (e.name == "<=") return Truth(order <= 0);
    if (e.name == ">") return Truth(order > 0);
    return Truth(order >= 0);
  }

  const Table& table_;
  const Rows& rows_;
  std::size_t row_;
};

// Columns 1 a int4, 2 b int4, 3 c int4, 4 kind text, 5 note text, 6 starts date, 7 ends date, 8 active bool, 9 ready
// bool, 10 price numeric(8,2), 11 total numeric(12,2), 12 other text.
class CheckCasesTest : public ::testing::Test {
 protected:
  TableBuilder table_{
      "a int4, b int4, c int4, kind text, note text, starts date, ends date, active bool, ready bool, price "
      "numeric(8,2), total numeric(12,2), other text"};

  Expression Col(const std::string& name) { return ColumnAt(table_.Number(name)); }
  static Expression Op(Expression left, const std::string& name, Expression right) {
    Expression node = Compare(std::move(left), name, std::move(right));
    node.type = "integer";
    return node;
  }
  static Expression Number(const std::string& text) {
    Expression constant = Constant(text);
    constant.type = "integer";
    return constant;
  }
  Expression Count(const std::vector<std::string>& names) {
    std::vector<Expression> columns;
    for (const std::string& name : names) columns.push_back(Col(name));
    Expression call = Node(Kind::Function, std::move(columns), "num_nonnulls");
    call.type = "integer";
    return call;
  }

  // Every row passes every check at the first draw, every check is said to be solved, and no column of `used` is NULL
  // throughout.
  void ExpectSolved(const std::vector<std::string>& used, std::size_t count = 2000) {
    const auto plan = BuildPlan(table_.table, count, Options(), {});
    for (const PlanLine& line : plan->lines)
      EXPECT_TRUE(line.kind != "CHECK" || line.method == "solved") << line.name << ": " << line.detail;
    const Rows rows = MakeRows(*plan, table_.table, 0, count);
    for (std::size_t row = 0; row < count; ++row)
      for (const CheckConstraint& check : table_.table.checks) {
        const Judge judge(table_.table, rows, row);
        ASSERT_NE(judge.Of(check.check), "f") << check.name << " at row " << row;
      }
    for (const std::string& name : used) EXPECT_LT(CountNulls(rows.at(name)), count) << name;
  }
};

TEST_F(CheckCasesTest, ExactlyOneOf) {
  table_.Check(Compare(Count({"a", "b", "c"}), "=", Number("1")));
  ExpectSolved({"a", "b", "c"});
}

TEST_F(CheckCasesTest, CountsOfNulls) {
  table_.Check(Compare(Count({"a", "b", "c"}), ">=", Number("2")))
      .Check(Compare(Count({"note", "other"}), "<=", Number("1")));
  ExpectSolved({"a", "b", "c", "note", "other"});
}

TEST_F(CheckCasesTest, SumsOfTruthsCountToo) {
  const auto one = [&](const char* name) {
    Expression truth = IsNotNull(Col(name));
    return CastTo("integer", std::move(truth));
  };
  table_.Check(Compare(Op(Op(one("a"), "+", one("b")), "+", one("c")), "=", Number("1")));
  ExpectSolved({"a", "b", "c"});
}

TEST_F(CheckCasesTest, AllOrNone) {
  table_.Check(Compare(IsNull(Col("a")), "=", IsNull(Col("note"))));
  table_.Check(Any({All({IsNull(Col("b")), IsNull(Col("c"))}), All({IsNotNull(Col("b")), IsNotNull(Col("c"))})}));
  ExpectSolved({"a", "note", "b", "c"});
}

TEST_F(CheckCasesTest, OneImpliesTheOther) {
  table_.NotNull("kind").Check(In(Col("kind"), {"card", "cash", "check"}));
  table_.Check(Any({Compare(Col("kind"), "<>", "card"), IsNotNull(Col("note"))}));
  table_.Check(Any({Not(Col("active")), Col("ready")}));
  table_.Check(Compare(Compare(Col("kind"), "=", "cash"), "=", IsNull(Col("a"))));
  ExpectSolved({"kind", "note", "active", "ready", "a"});
}

TEST_F(CheckCasesTest, ValuesByCase) {
  table_.Check(Any({All({Compare(Col("kind"), "=", "low"), Between(Col("a"), "1", "9")}),
                    All({Compare(Col("kind"), "=", "high"), Compare(Col("a"), ">", "1000"), IsNotNull(Col("a"))})}));
  table_.NotNull("kind");
  ExpectSolved({"kind", "a"});
}

TEST_F(CheckCasesTest, Choices) {
  table_.Check(Node(Kind::Case, {Compare(Col("a"), "=", "1"), IsNotNull(Col("note")), Compare(Col("a"), "=", "2"),
                                 IsNull(Col("note")), Constant("f")}));
  table_.NotNull("a");
  Expression coalesce = Node(Kind::Coalesce, {Col("b"), Number("0")});
  coalesce.type = "integer";
  table_.Check(Any({Compare(std::move(coalesce), "<", Number("10")), IsNotNull(Col("other"))}));
  ExpectSolved({"a", "note", "b", "other"});
}

TEST_F(CheckCasesTest, OrderBetweenColumns) {
  table_.Check(Compare(Col("starts"), "<=", Col("ends"))).Check(Compare(Col("a"), "<", Col("b")));
  table_.Check(Compare(Col("b"), "<", Col("c")))
      .Check(Between(Col("c"), "0", "50"))
      .Check(Compare(Col("a"), ">=", "0"));
  ExpectSolved({"starts", "ends", "a", "b", "c"});
}

TEST_F(CheckCasesTest, OrderInOneCaseOnly) {
  table_.Check(Any({Not(Col("active")), Compare(Col("a"), ">", Col("b"))})).NotNull("active, a, b");
  ExpectSolved({"a", "b"});
}

TEST_F(CheckCasesTest, ColumnsDiffer) {
  table_.Check(Compare(Col("a"), "<>", Col("b"))).Check(Between(Col("a"), "1", "2")).Check(Between(Col("b"), "1", "2"));
  table_.Check(Compare(Col("note"), "<>", Col("other")))
      .Check(In(Col("note"), {"x", "y"}))
      .Check(In(Col("other"), {"x", "y"}));
  ExpectSolved({"a", "b", "note", "other"});
}

TEST_F(CheckCasesTest, ColumnsAreEqual) {
  table_.Check(Compare(Col("a"), "=", Col("b"))).Check(Compare(Col("note"), "=", Col("other")));
  ExpectSolved({"a", "b", "note", "other"});
}

TEST_F(CheckCasesTest, SumsAndProducts) {
  table_.NotNull("a, b, c, price, total");
  table_.Check(Compare(Op(Col("a"), "+", Col("b")), "=", Col("c")));
  table_.Check(Between(Col("a"), "0", "100")).Check(Between(Col("b"), "0", "100"));
  table_.Check(Compare(Col("total"), "=", Op(Col("price"), "*", Col("a")))).Check(Between(Col("price"), "0", "99"));
  ExpectSolved({"a", "b", "c", "price", "total"});
}

TEST_F(CheckCasesTest, ConstantsBesideColumns) {
  table_.Check(Compare(Op(Col("a"), "*", Number("3")), "<=", Number("100"))).NotNull("a, b");
  table_.Check(Compare(Op(Col("b"), "-", Col("a")), ">=", Number("5")));
  ExpectSolved({"a", "b"});
}

TEST_F(CheckCasesTest, KeysDecideTheCase) {
  table_.Primary("kind, a").Check(In(Col("kind"), {"x", "y"}));
  table_.Check(Compare(Compare(Col("kind"), "=", "x"), "=", IsNotNull(Col("note"))));
  ExpectSolved({"note"});
}

TEST_F(CheckCasesTest, UniqueColumnsMayBeNullByCase) {
  table_.Unique("a").Unique("b").Check(Compare(Count({"a", "b"}), "=", Number("1")));
  ExpectSolved({"a", "b"});
  const Rows rows = GenerateRows(table_.table, 2000);
  EXPECT_EQ(CountDistinct(rows, "a") + CountNulls(rows.at("a")), 2000U);
}

TEST_F(CheckCasesTest, NowIsTheServersAndTheReferenceTimes) {
  constexpr std::int64_t kDay = 86'400'000'000;
  Expression now = Node(Kind::Function, {}, "now");
  now.type = "timestamp with time zone";
  Expression today = Node(Kind::Function, {}, "current_date");
  today.type = "date";
  table_.NotNull("starts, ends").Check(Compare(Col("starts"), "<", now)).Check(Compare(Col("ends"), ">", today));
  for (const std::int64_t distance : {-400, 0, 400}) {
    PlanOptions options = Options();
    options.reference_time = 9000 * kDay;
    options.present_day = (9000 + distance) * kDay;
    const auto plan = BuildPlan(table_.table, 500, options, {});
    const Rows rows = MakeRows(*plan, table_.table, 0, 500);
    for (std::size_t row = 0; row < 500; ++row) {
      ASSERT_LT(std::stol(*rows.at("starts")[row]), 9000 + std::min<std::int64_t>(distance, 0));
      ASSERT_GT(std::stol(*rows.at("ends")[row]), 9000 + std::max<std::int64_t>(distance, 0));
    }
  }
}

// The sum of squared deviations from `expected`, in units of it.
double ChiSquare(const std::map<std::string, std::size_t>& counts, double expected) {
  double sum = 0;
  for (const auto& entry : counts) {
    const double deviation = static_cast<double>(entry.second) - expected;
    sum += deviation * deviation / expected;
  }
  return sum;
}

TEST_F(CheckCasesTest, CasesAreEquallyOften) {
  table_.Check(Compare(Count({"a", "b", "c"}), "=", Number("1")));
  const Rows rows = GenerateRows(table_.table, 6000);
  std::map<std::string, std::size_t> counts;
  for (const char* name : {"a", "b", "c"}) counts[name] = 6000 - CountNulls(rows.at(name));
  EXPECT_LT(ChiSquare(counts, 2000), 13.8);  // 2 degrees of freedom, p = 0.001
}

TEST_F(CheckCasesTest, ValuesInsideACaseAreUniform) {
  table_.Check(Any({All({Compare(Col("kind"), "=", "low"), Between(Col("a"), "1", "9")}),
                    All({Compare(Col("kind"), "=", "high"), Compare(Col("a"), ">", "1000")})}));
  table_.NotNull("kind, a");
  const Rows rows = GenerateRows(table_.table, 9000);
  std::map<std::string, std::size_t> counts;
  std::size_t low = 0;
  for (std::size_t row = 0; row < 9000; ++row) {
    if (rows.at("kind")[row] != "low") continue;
    ++counts[*rows.at("a")[row]];
    ++low;
  }
  ASSERT_EQ(counts.size(), 9U);
  EXPECT_LT(ChiSquare(counts, static_cast<double>(low) / 9), 26.1);  // 8 degrees of freedom, p = 0.001
  std::map<std::string, std::size_t> kinds{{"low", low}, {"high", 9000 - low}};
  EXPECT_LT(ChiSquare(kinds, 4500), 10.8);
}

TEST_F(CheckCasesTest, OrderDoesNotDriveValuesToTheBound) {
  table_.NotNull("a, b").Check(Compare(Col("a"), "<", Col("b")));
  table_.Check(Between(Col("a"), "0", "1000")).Check(Between(Col("b"), "0", "1000"));
  const Rows rows = GenerateRows(table_.table, 5000);
  std::size_t touching = 0;
  std::set<long> gaps;
  for (std::size_t row = 0; row < 5000; ++row) {
    const long gap = std::stol(*rows.at("b")[row]) - std::stol(*rows.at("a")[row]);
    ASSERT_GT(gap, 0);
    touching += gap == 1 ? 1 : 0;
    gaps.insert(gap);
  }
  EXPECT_LT(touching, 200U);
  EXPECT_GT(gaps.size(), 300U);
}

TEST_F(CheckCasesTest, RowsDoNotDependOnTheBatch) {
  table_.Check(Compare(Col("starts"), "<", Col("ends"))).Check(Compare(Count({"a", "b", "c"}), "=", Number("1")));
  const auto plan = BuildPlan(table_.table, 500, Options(), {});
  const Rows whole = MakeRows(*plan, table_.table, 0, 500);
  for (const std::uint64_t first : {1U, 77U, 499U}) {
    const Rows part = MakeRows(*plan, table_.table, first, 1);
    for (const auto& [name, cells] : part) EXPECT_EQ(cells[0], whole.at(name)[first]) << name;
  }
}

}  // namespace
}  // namespace dbmocker::sample
