// Columns that rules compute: expressions, and templates as expressions. What a template takes from generators is made
// here, as the column's own value, and the expression takes it apart: so texts of generators and columns of the row,
// also those that the server makes, stand side by side.
// Read first: PlanBuilder::ComputeByRule.
#include <algorithm>

#include "core/locale_lists.h"
#include "dbmocker/error.h"
#include "plan_builder.h"
#include "provider_registry.h"

namespace dbmocker {
namespace {

std::string Quote(std::string_view text, char mark) {
  std::string quoted(1, mark);
  for (const char letter : text) quoted.append(letter == mark ? 2 : 1, letter);
  return quoted + mark;
}

}  // namespace

// The text of a generator: part `number`, from 1, of the column's own value.
std::string PlanBuilder::TakePart(ColumnState& state, const std::string& generator) {
  const ProviderEntry* provider = FindProvider(generator);
  if (provider == nullptr || (provider->classes & type_class::kText) == 0) {
    std::string columns, generators;
    for (const Column& column : table_.columns)
      if (column.number != state.column->number) columns += (columns.empty() ? "" : ", ") + column.name;
    for (const std::string& name : ProviderNames())
      if ((FindProvider(name)->classes & type_class::kText) != 0) generators += (generators.empty() ? "" : ", ") + name;
    RefuseRule(state,
               "the template names \"" + generator + "\", which is neither a column of the table nor a generator",
               "Columns are: " + columns + ". Generators of texts are: " + generators + ".");
  }
  if (ClassOfType(*state.base.type) != type_class::kText || state.base.type->name == "name")
    RefuseRule(state,
               "a template with generators makes texts only, and the column is of type " + state.base.type->name);
  auto part = std::ranges::find(state.template_parts, generator);
  if (part == state.template_parts.end()) part = state.template_parts.insert(part, generator);
  return "pg_catalog.split_part(" + Quote(state.column->name, '"') + "::pg_catalog.text, pg_catalog.chr(" +
         std::to_string(static_cast<int>(ColumnPlan::kPartEnd)) + "), " +
         std::to_string(part - state.template_parts.begin() + 1) + ")";
}

// A template as SQL: its texts, columns and generators, one after the other.
std::string PlanBuilder::ExpressionOf(ColumnState& state, const std::string& text) {
  std::string sql = "pg_catalog.concat(";
  std::size_t place = 0;
  while (place < text.size()) {
    if (place > 0) sql += ", ";
    const std::size_t open = text.find("{{", place);
    if (open != place) {
      const std::string_view part =
          std::string_view(text).substr(place, open == std::string::npos ? open : open - place);
      sql += Quote(part, '\'');
      place += part.size();
      continue;
    }
    const std::size_t close = text.find("}}", open);
    if (close == std::string::npos) RefuseRule(state, "the template has a {{ without its }}");
    const std::string name = text.substr(open + 2, close - open - 2);
    const bool is_column = std::ranges::find(table_.columns, name, &Column::name) != table_.columns.end();
    if (is_column && name == state.column->name) RefuseRule(state, "the template names the column itself");
    sql += is_column ? Quote(name, '"') : TakePart(state, name);
    place = close + 2;
  }
  return sql + ")";
}

// Columns that the server computes from the rest of the row.
bool PlanBuilder::ComputeByRule(ColumnState& state) {
  const ColumnRule& rule = *RuleOf(state);
  if (!rule.expression && !rule.template_text) return false;
  const AttributeNumber number = state.column->number;
  const auto has_column = [number](const std::vector<AttributeNumber>& columns) {
    return std::ranges::count(columns, number) > 0;
  };
  if (state.column->sequence) RefuseRule(state, "its values come from sequence " + state.column->sequence->name);
  for (const ForeignKey& key : table_.foreign_keys)
    if (has_column(key.columns) || (key.referenced_oid == table_.oid && has_column(key.referenced_columns)))
      RefuseRule(state, "the column belongs to foreign key \"" + key.name + "\"");
  for (const UniqueKey& key : table_.unique_keys)
    if (has_column(key.columns) || std::ranges::any_of(key.expressions, [&](const Expression& expression) {
          return has_column(expression.columns);
        }))
      RefuseRule(state, "the column belongs to unique key \"" + key.name + "\"");
  const std::string sql = rule.expression ? *rule.expression : ExpressionOf(state, *rule.template_text);
  state.role = ColumnRole::Generated;
  state.generator = rule.expression ? "computed: " + sql : "template: " + *rule.template_text;
  state.reason = rule.origin;
  plan_->computed_columns.push_back({number, sql, !state.template_parts.empty()});
  return true;
}

// The lanes and texts of the generators in templates; those of persons and places agree with the row's columns.
void PlanBuilder::PlaceTemplates() {
  for (auto& [number, state] : columns_) {
    if (state.template_parts.empty()) continue;
    ColumnPlan column;
    column.column = number;
    for (const std::string& generator : state.template_parts) {
      const ProviderEntry& provider = *FindProvider(generator);
      const Meaning meaning{generator, provider.group, "", "template"};
      ValueContext context = context_;
      const ColumnRule& rule = *RuleOf(state);
      context.locale = rule.locale ? FindLocale(*rule.locale) : LocaleOfGroup(meaning);
      TemplatePart part;
      part.values = MakeProviderValueSet(meaning, TextType(), -1, ValueLimits(), context);
      if (part.values == nullptr) RefuseRule(state, "generator \"" + generator + "\" cannot make texts");
      const std::uint64_t block = GroupBlockSize(meaning.group, context.locale);
      const bool agrees =
          meaning.group != GroupKind::None && part.values->Size() / block > (facts_.first_ordinal + rows_) / block;
      part.lane = agrees
                      ? LaneOfGroup(meaning, false)
                      : AddSource(MakeUniformSource(KeyFor(state.column->name + " " + generator), part.values->Size()));
      column.parts.push_back(std::move(part));
    }
    plan_->columns.push_back(std::move(column));
  }
}

}  // namespace dbmocker
