// Composed types: arrays, composites, ranges, multiranges and domains. Texts are read back by small readers of the
// input syntax that were written for this test; and a pass over every built-in type.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dbmocker/error.h"
#include "decode_values.h"
#include "sample_types.h"

namespace dbmocker::sample {
namespace {

struct Field {
  std::string text;
  bool quoted = false;
};

// Splits "{a,b}" or "(a,b)" as PostgreSQL's readers do: quotes hide everything, \ hides the next character, and "" in
// quotes is a quote (records and ranges).
std::vector<Field> SplitComposed(const std::string& text, char delimiter) {
  std::vector<Field> fields;
  if (text.size() == 2) return fields;
  fields.emplace_back();
  bool inside = false;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      fields.back().text += text[++i];
    } else if (c == '"' && inside && text[i + 1] == '"' && text.front() != '{') {
      fields.back().text += text[++i];
    } else if (c == '"') {
      inside = !inside;
      fields.back().quoted = true;
    } else if (c == delimiter && !inside) {
      fields.emplace_back();
    } else {
      EXPECT_TRUE(inside || std::string("{}()[] ").find(c) == std::string::npos) << text;
      fields.back().text += c;
    }
  }
  EXPECT_FALSE(inside) << text;
  return fields;
}

std::set<std::string> AllTexts(const ValueSet& values) {
  std::set<std::string> texts;
  for (std::uint64_t i = 0; i < values.Size(); ++i) texts.insert(TextOf(values, i));
  return texts;
}

const TypePointer kMood =
    EnumOf("mood", {"plain", "two words", "comma,", "quo\"te", "back\\slash", "null", "", "{}", "(x)"});

TEST(ArrayValueSet, QuotesEveryElement) {
  const auto values = MakeSet(ArrayOf(kMood));
  const std::set<std::string> labels = AllTexts(*MakeSet(kMood));
  std::set<std::string> met;
  std::set<std::size_t> lengths;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto fields = SplitComposed(TextOf(*values, i), ',');
    lengths.insert(fields.size());
    for (const Field& field : fields) {
      ASSERT_TRUE(labels.contains(field.text)) << field.text;
      ASSERT_TRUE(field.quoted || (field.text != "null" && !field.text.empty()));
      met.insert(field.text);
    }
  }
  EXPECT_EQ(met, labels);
  EXPECT_EQ(lengths, (std::set<std::size_t>{0, 1, 2, 3, 4, 5}));
}

TEST(ArrayValueSet, LengthsCountElements) {
  ValueLimits limits;
  limits.min_length = 2;
  limits.max_length = 3;
  for (const bool unique : {false, true}) {
    const auto values = MakeSet(ArrayOf(BaseType("int4")), -1, limits, unique);
    for (const std::uint64_t index : SampleIndexes(*values, 100)) {
      const std::size_t length = SplitComposed(TextOf(*values, index), ',').size();
      ASSERT_TRUE(length == 2 || length == 3);
    }
  }
  limits.max_length = 1;
  EXPECT_THROW(MakeSet(ArrayOf(BaseType("int4")), -1, limits), Error);
  limits.min_length.reset();
  limits.max_length = 0;
  EXPECT_EQ(TextOf(*MakeSet(ArrayOf(BaseType("int4")), -1, limits), 0), "{}");
}

TEST(ArrayValueSet, UniqueArraysAreDistinct) {
  const auto flags = MakeUniqueSet(ArrayOf(BaseType("bool")));
  EXPECT_EQ(flags->Size(), 2U + 4 + 8 + 16 + 32);
  EXPECT_TRUE(flags->IsInjective());
  EXPECT_EQ(AllTexts(*flags).size(), flags->Size());
  EXPECT_FALSE(MakeSet(ArrayOf(BaseType("bool")))->IsInjective());
}

TEST(ArrayValueSet, BoxesAreSeparatedBySemicolons) {
  const auto values = MakeSet(ArrayOf(BaseType("box")));
  for (std::uint64_t i = 0; i < 100; ++i) {
    for (const Field& field : SplitComposed(TextOf(*values, i), ';')) {
      if (field.quoted) {
        ASSERT_EQ(field.text.front(), '(');
      }
    }
  }
}

TEST(ArrayValueSet, AppliesTheElementModifier) {
  const auto values = MakeSet(ArrayOf(BaseType("varchar")), CharacterModifier(3));
  for (std::uint64_t i = 0; i < 500; ++i) {
    for (const Field& field : SplitComposed(TextOf(*values, i), ',')) {
      ASSERT_TRUE(field.text.size() <= 3 || field.text == "NULL");
    }
  }
}

TEST(CompositeValueSet, NestsWithoutLoss) {
  const auto inner = CompositeOf("inner", {{"m", kMood, -1}, {"a", ArrayOf(kMood), -1}});
  const auto outer =
      CompositeOf("outer", {{"i", inner, -1}, {"list", ArrayOf(inner), -1}, {"n", BaseType("int4"), -1}});
  const std::set<std::string> labels = AllTexts(*MakeSet(kMood));
  for (const bool unique : {false, true}) {
    const auto values = MakeSet(outer, -1, {}, unique);
    EXPECT_EQ(values->encoding(), Encoding::InputText);
    for (const std::uint64_t index : SampleIndexes(*values, 200)) {
      const auto fields = SplitComposed(TextOf(*values, index), ',');
      ASSERT_EQ(fields.size(), 3U);
      std::vector<std::string> inners{fields[0].text};
      for (const Field& element : SplitComposed(fields[1].text, ',')) {
        if (element.quoted) inners.push_back(element.text);
      }
      for (const std::string& text : inners) {
        const auto parts = SplitComposed(text, ',');
        ASSERT_EQ(parts.size(), 2U) << text;
        ASSERT_TRUE(labels.contains(parts[0].text));
        ASSERT_TRUE(parts[0].quoted || !parts[0].text.empty()) << "an empty field would be NULL";
        for (const Field& label : SplitComposed(parts[1].text, ',')) {
          ASSERT_TRUE(labels.contains(label.text) || label.text == "NULL");
        }
      }
    }
  }
}

TEST(CompositeValueSet, AttributesTakeTheirMeaningAndAgree) {
  const auto address = CompositeOf("address", {{"street", BaseType("text"), -1},
                                               {"city", BaseType("text"), -1},
                                               {"country_code", BaseType("bpchar"), CharacterModifier(2)}});
  const auto values = MakeSet(address);
  std::map<std::string, std::set<std::string>> countries;
  for (std::uint64_t index = 0; index < 20'000; ++index) {
    const auto fields = SplitComposed(TextOf(*values, index), ',');
    ASSERT_EQ(fields.size(), 3U);
    ASSERT_EQ(fields[2].text.size(), 2U);
    countries[fields[1].text].insert(fields[2].text);
  }
  EXPECT_GT(countries.size(), 50U);
  std::size_t of_one = 0;
  for (const auto& [city, codes] : countries) of_one += codes.size() == 1 ? 1 : 0;
  EXPECT_GT(of_one * 10, countries.size() * 9);  // few cities have a namesake abroad
}

TEST(CompositeValueSet, UniqueTuplesAreAllReached) {
  const auto pair = CompositeOf("pair", {{"m", kMood, -1}, {"b", BaseType("bool"), -1}});
  const auto values = MakeUniqueSet(pair);
  EXPECT_TRUE(values->IsInjective());
  ASSERT_EQ(values->Size(), 18U);
  EXPECT_EQ(AllTexts(*values).size(), 18U);
}

TEST(RangeValueSet, LowerIsBelowUpper) {
  for (const bool unique : {false, true}) {
    const auto values = MakeSet(Over(TypeKind::Range, "pg_catalog", "int4range", BaseType("int4")), -1, {}, unique);
    std::set<std::string> texts;
    std::set<std::uint64_t> indexes;
    for (const std::uint64_t index : SampleIndexes(*values)) indexes.insert(index);
    for (const std::uint64_t index : indexes) {
      const std::string text = TextOf(*values, index);
      const auto bounds = SplitComposed(text, ',');
      ASSERT_EQ(bounds.size(), 2U);
      ASSERT_EQ(text.front(), '[');
      ASSERT_EQ(text.back(), ')');
      ASSERT_LT(std::stoll(bounds[0].text), std::stoll(bounds[1].text));
      texts.insert(text);
    }
    EXPECT_TRUE(values->IsInjective());
    EXPECT_EQ(texts.size(), indexes.size());
  }
}

TEST(RangeValueSet, SubtypesWithoutOrderGivePoints) {
  const auto values = MakeUniqueSet(Over(TypeKind::Range, "public", "textrange", BaseType("text")));
  const std::string text = TextOf(*values, 3);
  EXPECT_EQ(text.front(), '[');
  EXPECT_EQ(text.back(), ']');
  const auto bounds = SplitComposed(text, ',');
  EXPECT_EQ(bounds[0].text, bounds[1].text);
}

TEST(Domains, AreUnwrappedWithTheirModifier) {
  const auto code = Over(TypeKind::Domain, "public", "code", BaseType("varchar"), CharacterModifier(2));
  const auto nested = Over(TypeKind::Domain, "public", "short_code", code);
  EXPECT_EQ(MakeUniqueSet(nested)->Size(), 36U + 36 * 36);
  EXPECT_EQ(MaxLengthOfModifier(*nested, -1), 2);
  EXPECT_EQ(ParseOrderedValue(*Over(TypeKind::Domain, "public", "n", BaseType("int4")), -1, "5", false), 5);
}

// ------------------------------------------------------------------------------------------------------ every type

constexpr const char* kBuiltIn[] = {
    "bool",     "int2",         "int4",      "int8",          "oid",          "xid",           "xid8",       "cid",
    "tid",      "pg_lsn",       "regproc",   "regprocedure",  "regoper",      "regoperator",   "regclass",   "regtype",
    "regrole",  "regnamespace", "regconfig", "regdictionary", "regcollation", "float4",        "float8",     "numeric",
    "money",    "text",         "varchar",   "bpchar",        "name",         "char",          "bytea",      "date",
    "time",     "timetz",       "timestamp", "timestamptz",   "interval",     "uuid",          "json",       "jsonb",
    "jsonpath", "xml",          "inet",      "cidr",          "macaddr",      "macaddr8",      "bit",        "varbit",
    "point",    "line",         "lseg",      "box",           "path",         "polygon",       "circle",     "tsvector",
    "tsquery",  "int2vector",   "oidvector", "refcursor",     "aclitem",      "txid_snapshot", "pg_snapshot"};

TEST(BuiltInTypes, AllHaveSetsThatKeepTheirPromises) {
  for (const char* name : kBuiltIn) {
    for (const TypePointer& type : {BaseType(name), ArrayOf(BaseType(name))}) {
      for (const bool unique : {false, true}) {
        const auto values = MakeSet(type, -1, {}, unique);
        ASSERT_NE(values, nullptr) << type->name;
        ASSERT_GE(values->Size(), 1U);
        ASSERT_LE(values->Size(), kMaxValueSetSize);
        ASSERT_FALSE(values->Describe().empty());
        std::set<std::uint64_t> indexes;
        for (const std::uint64_t index : SampleIndexes(*values, 200)) indexes.insert(index);
        const std::vector<std::uint64_t> list(indexes.begin(), indexes.end());
        const ColumnBuffer buffer = EmitAll(*values, list);
        std::set<std::string> texts;
        for (std::size_t i = 0; i < list.size(); ++i) {
          const std::string text = TextOf(*values, list[i]);
          ASSERT_EQ(text.find('\0'), std::string::npos);
          texts.insert(text);
          if (values->encoding() == Encoding::InputText) {
            ASSERT_EQ(DecodeInputText(buffer.words()[i]), text);
          }
          if (values->encoding() == Encoding::Fixed) {
            ASSERT_EQ(buffer.words()[i] % 8, 0U);
          }
        }
        if (values->IsInjective()) {
          ASSERT_EQ(texts.size(), indexes.size()) << type->name;
        }
      }
    }
  }
}

TEST(BuiltInTypes, UnknownOnesHaveNoSet) {
  EXPECT_EQ(MakeSet(BaseType("gtsvector")), nullptr);
  EXPECT_EQ(MakeSet(ArrayOf(BaseType("gtsvector"))), nullptr);
  EXPECT_EQ(MakeSet(CompositeOf("c", {{"a", BaseType("gtsvector"), -1}})), nullptr);
  Type closed = *BaseType("int4");
  closed.has_input = false;
  EXPECT_EQ(MakeTypeValueSet(closed, -1, {}, false, kContext), nullptr);
  Type foreign = *BaseType("int4");
  foreign.schema = "public";
  EXPECT_EQ(MakeTypeValueSet(foreign, -1, {}, false, kContext), nullptr);
}

TEST(JoinColumnNames, NamesColumnsAndExpressions) {
  Table table;
  table.columns.resize(2);
  table.columns[0].number = 1;
  table.columns[0].name = "id";
  table.columns[1].number = 3;
  table.columns[1].name = "Mail";
  EXPECT_EQ(JoinColumnNames(table, {1}), "id");
  EXPECT_EQ(JoinColumnNames(table, {3, 0, 1}), "Mail, (expression), id");
  EXPECT_EQ(JoinColumnNames(table, {}), "");
}

}  // namespace
}  // namespace dbmocker::sample
