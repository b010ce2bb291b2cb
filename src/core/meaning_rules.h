// The table from words of column names to providers. Holds no logic.
// Read first: MeaningRule.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/table_facts.h"

namespace dbmocker {

enum class Match {
  Whole,  // the name is these words, but for a role or the table's name before them ("billing_", "user_")
  Tail,  // the name ends with these words
};

struct MeaningRule {
  std::string_view words;  // joined by "_"; digits are words: "md_5"
  std::string_view provider;  // serves only the types that it can
  Match match = Match::Whole;
  Context context = Context::Any;
  bool in_comments = false;  // the words say enough in a comment, too
};

// Of several rules with the same words the first one that fits type and context wins.
std::array<std::span<const MeaningRule>, 3> MeaningRules();
std::span<const MeaningRule> PersonPlaceRules();
std::span<const MeaningRule> TradeWebRules();
std::span<const MeaningRule> ProseNumberRules();

// Words that name whose or which value it is, and so may stand before the words of a rule: "billing", "customer".
bool IsRoleWord(std::string_view word);

}  // namespace dbmocker
