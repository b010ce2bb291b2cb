// All rules in one, and the words that may stand before them.
// Read first: kRoles.
#include "core/meaning_rules.h"

#include "core/name_words.h"

namespace dbmocker {
namespace {

constexpr std::string_view kRoles =
    " user customer client person employee author member student teacher patient doctor contact guest player driver "
    "owner manager agent buyer seller sender recipient receiver vendor supplier company organization billing shipping "
    "delivery invoice home work office business private primary secondary main default alternate alternative emergency "
    "mailing postal physical current previous old new origin source destination target from to account profile admin "
    "staff parent guardian spouse partner bill ship store shop branch warehouse site venue pickup dropoff registered "
    "legal public official backup recovery holder payer payee applicant candidate the my your original ";

}  // namespace

std::array<std::span<const MeaningRule>, 3> MeaningRules() {
  return {PersonPlaceRules(), TradeWebRules(), ProseNumberRules()};
}

bool IsRoleWord(std::string_view word) { return ListHolds(kRoles, word); }

}  // namespace dbmocker
