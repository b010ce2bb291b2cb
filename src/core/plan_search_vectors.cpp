// Columns of type tsvector hold the words of their row's texts: of the columns that the vector's name names, else of
// those with prose. The server computes them; the column's own values say which rows are NULL.
// Read first: PlanBuilder::PlaceSearchVectors.
#include <algorithm>
#include <string_view>

#include "name_words.h"
#include "plan_builder.h"
#include "provider_registry.h"

namespace dbmocker {
namespace {

// Generators of texts that one searches for words.
constexpr std::string_view kProse =
    " brand category city color company country department description first_name full_address headline job_title "
    "label "
    "last_name lorem material name note product_name state tag tags title username ";
// Those that nobody searches.
constexpr std::string_view kSecrets = " api_key md5 password pin_code secret sha1 sha256 token uuid ";

std::string Quote(const std::string& name) {
  std::string quoted = "\"";
  for (const char letter : name) quoted.append(letter == '"' ? 2 : 1, letter);
  return quoted + "\"";
}

bool IsNamedBy(const std::string& column, const std::vector<std::string>& words) {
  const std::vector<std::string> own = SplitWords(column);
  return !own.empty() && std::ranges::all_of(own, [&](const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  });
}

}  // namespace

// True if the vector can be computed from the column.
bool PlanBuilder::HoldsSearchedText(const ColumnState& state, const Column& vector) const {
  const unsigned type_class = ClassOfType(*state.base.type);
  if ((type_class & (type_class::kText | type_class::kTextArray)) == 0 || state.column->is_generated) return false;
  if (state.role == ColumnRole::AlwaysNull) return false;
  if (state.meaning && ListHolds(kSecrets, state.meaning->provider)) return false;
  const ColumnRule* rule = RuleOf(state);  // what reads the vector cannot be read by it
  return rule == nullptr || ((!rule->expression || rule->expression->find(vector.name) == std::string::npos) &&
                             (!rule->template_text || rule->template_text->find(vector.name) == std::string::npos));
}

std::vector<const Column*> PlanBuilder::FindSearchedTexts(const Column& vector) const {
  const std::vector<std::string> words = SplitWords(vector.name);
  std::vector<const Column*> named, prose, others;
  for (const auto& [number, state] : columns_) {
    if (!HoldsSearchedText(state, vector)) continue;
    if (IsNamedBy(state.column->name, words)) named.push_back(state.column);
    const bool is_prose = state.meaning ? ListHolds(kProse, state.meaning->provider) : state.role == ColumnRole::Free;
    if (is_prose && !state.limits.limits.has_allowed) prose.push_back(state.column);
    others.push_back(state.column);
  }
  if (!named.empty()) return named;
  return prose.empty() ? others : prose;
}

void PlanBuilder::PlaceSearchVectors() {
  for (auto& [number, state] : columns_) {
    const ColumnRule* rule = RuleOf(state);
    if (state.role != ColumnRole::Free || state.base.type->schema != "pg_catalog" ||
        state.base.type->name != "tsvector" || (rule != nullptr && rule->DecidesValues()) ||
        state.limits.limits.has_allowed)
      continue;
    std::string columns, texts;
    for (const Column* column : FindSearchedTexts(*state.column)) {
      const bool is_array = ClassOfType(*columns_.at(column->number).base.type) == type_class::kTextArray;
      const std::string name = Quote(column->name);
      texts += ", " + (is_array ? "pg_catalog.array_to_string(" + name + ", ' ')" : name);
      columns += (columns.empty() ? "" : ", ") + column->name;
    }
    if (columns.empty()) continue;
    state.is_computed = true;
    state.repeats = false;
    state.pool.clear();
    state.generator = "words of " + columns;
    state.reason = "to_tsvector()";
    plan_->computed_columns.push_back({number,
                                       "CASE WHEN " + Quote(state.column->name) +
                                           " IS NOT NULL THEN pg_catalog.to_tsvector(pg_catalog.concat_ws(' '" + texts +
                                           ")) END",
                                       true});
  }
}

}  // namespace dbmocker
