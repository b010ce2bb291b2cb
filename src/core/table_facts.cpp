// Lists of words by which tables are told apart.
// Read first: TableFacts::Holds.
#include "core/table_facts.h"

#include "core/name_words.h"
#include "core/provider_registry.h"

namespace dbmocker {
namespace {

constexpr std::string_view kPersons =
    " user person customer client employee author member student teacher patient doctor contact staff worker guest "
    "player driver passenger actor artist director manager agent subscriber participant attendee applicant candidate "
    "owner tenant resident visitor donor volunteer instructor nurse lead recipient buyer seller profile admin coach "
    "speaker voter citizen physician professor learner borrower reader writer reviewer investor lawyer dentist crew ";
constexpr std::string_view kStaff = " employee staff worker manager crew ";
constexpr std::string_view kCompanies =
    " company organization organisation vendor supplier manufacturer employer publisher business firm agency partner "
    "merchant airline bank carrier insurer sponsor corporation producer distributor customercompany ";
constexpr std::string_view kProducts = " product item good merchandise variant part accessory sku ";
// Have a price, but are named or titled in ways of their own.
constexpr std::string_view kPricedOnly =
    " event track song album book movie film course lesson class plan subscription room flight ticket hotel session "
    "order detail line service ";
constexpr std::string_view kCities = " city town municipality ";
constexpr std::string_view kRegions = " state region province ";
constexpr std::string_view kCountries_ = " country nation ";
constexpr std::string_view kFiles = " file document attachment upload image photo media asset picture video ";
constexpr std::string_view kNetworks =
    " host device server network node interface peer router switch firewall machine endpoint subnet packet connection "
    "session request visit ping dns proxy ";
constexpr std::string_view kOrders =
    " order purchase payment shipment invoice sale transaction return refund delivery ";
constexpr std::string_view kVouchers = " coupon voucher promotion discount promo giftcard invitation referral ";
constexpr std::string_view kCards = " card creditcard ";
constexpr std::string_view kLongPeriods =
    " date valid effective contract subscription trial period membership lease policy employment from until to ";

bool HasPair(const std::vector<std::string>& words, std::string_view first, std::string_view second) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == first && words[i + 1] == second) return true;
  return false;
}

bool HasAny(const std::vector<std::string>& words, std::string_view list) {
  for (const std::string& word : words)
    if (ListHolds(list, word)) return true;
  return false;
}

}  // namespace

bool IsStartWord(std::string_view word) {
  return ListHolds(" start starts started begin begins from open opens ", word);
}
bool IsEndWord(std::string_view word) {
  return ListHolds(" end ends ended finish finishes stop stops until to close closes termination ", word);
}

TableFacts::TableFacts(const Table& table) : table_words_(SplitWords(table.name)) {
  for (std::string& word : table_words_) word = Singular(word);
  if (!table_words_.empty()) entity_ = table_words_.back();
  for (const Column& column : table.columns) {
    if (!column.type) continue;
    const std::vector<std::string> words = SplitWords(column.name);
    if (words.empty()) continue;
    const unsigned type_class = ClassOfType(*column.type);
    for (std::string_view before : {"first", "last", "given"}) has_person_ |= HasPair(words, before, "name");
    has_person_ |= HasPair(words, "birth", "date") || HasPair(words, "of", "birth");
    has_person_ |= HasAny(words, " firstname lastname surname birthdate dob gender ");
    has_email_ |= words.size() == 1 && HasAny(words, " email ");
    has_staff_ |= HasAny(words, " salary department hire hired wage ");
    has_product_ |=
        HasAny(words, " sku ean upc barcode stock ") || (HasAny(words, " price ") && !EntityIn(kPricedOnly));
    has_network_ |= HasAny(words, " mac port ip hostname subnet netmask gateway ");
    if (HasAny(words, " city town zip zipcode postcode postal street country province ")) ++address_parts_;
    if ((type_class & (type_class::kDate | type_class::kTimestamp)) == 0) continue;
    const bool starts = HasAny(words, " start starts begin begins from opens ");
    if (!starts && !HasAny(words, " end ends finish until to termination ")) continue;
    has_period_start_ |= starts;
    has_long_periods_ |= type_class == type_class::kDate || HasAny(words, kLongPeriods);
  }
}

bool TableFacts::EntityIn(std::string_view list) const { return ListHolds(list, entity_); }

bool TableFacts::IsTableWord(std::string_view word) const {
  for (const std::string& table_word : table_words_)
    if (table_word == word) return true;
  return false;
}

bool TableFacts::Holds(Context context) const {
  switch (context) {
    case Context::Any:
      return true;
    case Context::Person:
      if (EntityIn(kPersons)) return true;
      return has_person_ || (has_email_ && !has_product_ && !EntityIn(kCompanies) && !EntityIn(kOrders));
    case Context::Staff:
      return EntityIn(kStaff) || (has_staff_ && Holds(Context::Person));
    case Context::Company:
      return EntityIn(kCompanies);
    case Context::Product:
      return EntityIn(kProducts) || (has_product_ && !EntityIn(kPersons) && !EntityIn(kCompanies));
    case Context::City:
      return EntityIn(kCities);
    case Context::Region:
      return EntityIn(kRegions);
    case Context::Country:
      return EntityIn(kCountries_);
    case Context::Category:
      return EntityIn(" category genre topic subcategory ");
    case Context::Tag:
      return EntityIn(" tag keyword hashtag ");
    case Context::Color:
      return EntityIn(" color colour ");
    case Context::Currency:
      return EntityIn(" currency ");
    case Context::Language:
      return EntityIn(" language ");
    case Context::Department:
      return EntityIn(" department division team ");
    case Context::Job:
      return EntityIn(" job position occupation profession vacancy ");
    case Context::File:
      return EntityIn(kFiles);
    case Context::Network:
      return has_network_ || EntityIn(kNetworks);
    case Context::Order:
      return EntityIn(kOrders);
    case Context::Voucher:
      return EntityIn(kVouchers);
    case Context::Phone:
      return EntityIn(" phone telephone ");
    case Context::Card:
      return EntityIn(kCards);
    case Context::Address:
      return address_parts_ > 0 || EntityIn(" address location ");
    case Context::NotNetwork:
      return !Holds(Context::Network);
    case Context::NotAddress:
      return !Holds(Context::Address);
  }
  return false;
}

}  // namespace dbmocker
