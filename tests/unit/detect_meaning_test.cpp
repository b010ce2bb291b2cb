// Which meaning columns get: common names, names that mean different things in different tables, and names that must
// not be taken for something. Read first: kCases.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/name_words.h"
#include "dbmocker/provider.h"
#include "sample_tables.h"

namespace dbmocker {
namespace {

struct Case {
  const char* table;
  const char* columns;  // the first one is asked for
  const char* provider;  // "" = no meaning
};

std::string ProviderOf(const Case& c) {
  const Table table = sample::MakeTable(c.table, c.columns);
  const auto meaning = DetectMeaning(table, table.columns[0]);
  return meaning ? meaning->provider : "";
}

// Every provider is found by at least one of these, see EveryProviderIsReachable.
const Case kCases[] = {
    // Spelling.
    {"t", "first_name text", "first_name"},
    {"t", "FirstName text", "first_name"},
    {"t", "firstName varchar(50)", "first_name"},
    {"t", "First Name text", "first_name"},
    {"t", "user_first_name text", "first_name"},
    {"t", "e-mail text", "email"},
    {"users", "user_email citext", "email"},
    {"t", "emailAddress varchar(255)", "email"},
    {"t", "IPAddress text", "ip_address"},
    {"t", "address_line_2 text", "address_line2"},
    {"t", "addressLine2 text", "address_line2"},
    {"t", "billing_city text", "city"},
    {"t", "shippingPostalCode text", "postcode"},
    // Persons.
    {"users", "name text", "name"},
    {"persons", "name text", "name"},
    {"t", "name text, birth_date date", "name"},
    {"t", "full_name text", "name"},
    {"t", "last_name text", "last_name"},
    {"t", "surname text", "last_name"},
    {"t", "middle_name text", "middle_name"},
    {"t", "middle_initial char(1)", "middle_initial"},
    {"t", "initials text", "initials"},
    {"t", "salutation text", "name_prefix"},
    {"t", "name_suffix text", "name_suffix"},
    {"users", "title varchar(10), first_name text", "name_prefix"},
    {"employees", "title text", "job_title"},
    {"t", "gender text", "gender"},
    {"t", "gender char(1)", "gender"},
    {"patients", "blood_type text", "blood_type"},
    {"users", "role text", "role"},
    {"t", "elapsed_ms int4", "milliseconds"},
    {"customers", "contact_title text", "job_title"},
    {"films", "rental_rate numeric(4,2)", "price"},
    {"rentals", "return_date timestamptz", "closed_at"},
    {"t", "username text", "username"},
    {"t", "login text", "username"},
    {"t", "created_by text", "username"},
    {"users", "age int4", "age"},
    {"users", "height int4", "height"},
    {"t", "date_of_birth date", "birth_date"},
    {"t", "birth_year int4", "birth_year"},
    // Secrets.
    {"t", "password text", "password"},
    {"t", "password_hash char(60)", "password"},
    {"t", "api_key text", "api_key"},
    {"t", "password_reset_token text", "token"},
    {"t", "client_secret text", "secret"},
    {"t", "file_md5 text", "md5"},
    {"t", "sha1 char(40)", "sha1"},
    {"t", "content_hash text", "sha256"},
    {"t", "external_uuid text", "uuid"},
    {"t", "otp text", "pin_code"},
    // Places.
    {"t", "phone text", "phone"},
    {"t", "mobile varchar(20)", "phone"},
    {"t", "address text", "address"},
    {"t", "full_address text", "full_address"},
    {"t", "street text", "street"},
    {"t", "house_number int4", "house_number"},
    {"t", "city text", "city"},
    {"cities", "name text", "city"},
    {"addresses", "state text, city text", "state"},
    {"addresses", "state char(2), city text", "state_code"},
    {"states", "code text", "state_code"},
    {"t", "country text", "country"},
    {"t", "country char(2)", "country_code"},
    {"t", "country char(3)", "country_code3"},
    {"t", "country_code char(2)", "country_code"},
    {"countries", "name text", "country"},
    {"countries", "code char(2)", "country_code"},
    {"countries", "alpha_3 char(3)", "country_code3"},
    {"t", "zip text", "postcode"},
    {"t", "dial_code text", "dialling_code"},
    {"t", "latitude numeric(9,6)", "latitude"},
    {"t", "lng float8", "longitude"},
    {"t", "time_zone text", "time_zone"},
    {"t", "locale text", "locale"},
    {"t", "language text", "language"},
    {"t", "lang char(2)", "language_code"},
    // Work and trade.
    {"companies", "name text", "company"},
    {"t", "employer text", "company"},
    {"t", "job_title text", "job_title"},
    {"employees", "position text", "job_title"},
    {"t", "department text", "department"},
    {"products", "name text", "product_name"},
    {"t", "name text, price numeric(10,2)", "product_name"},
    {"t", "brand text", "brand"},
    {"t", "sku text", "sku"},
    {"t", "barcode text", "ean"},
    {"t", "ean_13 int8", "ean"},
    {"books", "isbn text", "isbn"},
    {"coupons", "code text", "code"},
    {"orders", "order_number text", "reference_number"},
    {"t", "tracking_number text", "tracking_number"},
    {"t", "color text", "color"},
    {"t", "color_code char(7)", "color_code"},
    {"t", "material text", "material"},
    {"categories", "name text", "category"},
    {"tags", "name text", "tag"},
    {"t", "tags text[]", "tags"},
    {"t", "tags jsonb", "tags"},
    {"orders", "status text", "order_status"},
    {"t", "status text", "status"},
    {"t", "payment_method text", "payment_method"},
    {"t", "priority int2", "priority"},
    {"t", "size text", "clothing_size"},
    {"t", "unit text", "unit"},
    // Payment.
    {"t", "card_number text", "credit_card"},
    {"t", "card_expiry text", "card_expiry"},
    {"t", "cvv text", "cvv"},
    {"t", "card_type text", "card_brand"},
    {"t", "iban text", "iban"},
    {"t", "swift_code text", "bic"},
    {"t", "vat_number text", "vat_number"},
    {"t", "account_number text", "account_number"},
    {"t", "currency char(3)", "currency"},
    {"currencies", "name text", "currency_name"},
    // The net.
    {"t", "website text", "url"},
    {"t", "image text", "image_url"},
    {"t", "avatar_url text", "avatar_url"},
    {"t", "slug text", "slug"},
    {"t", "domain text", "domain_name"},
    {"t", "hostname text", "host_name"},
    {"t", "file_name text", "file_name"},
    {"files", "path text", "file_path"},
    {"files", "extension text", "file_extension"},
    {"t", "mime_type text", "mime_type"},
    {"t", "ip inet", "ip_address"},
    {"t", "mac_address macaddr", "mac_address"},
    {"t", "user_agent text", "user_agent"},
    {"t", "http_method text", "http_method"},
    {"t", "status_code int4", "http_status"},
    {"t", "os text", "operating_system"},
    {"t", "browser text", "browser"},
    {"t", "device_type text", "device_kind"},
    {"t", "port int4", "port"},
    {"t", "app_version text", "version"},
    // Prose.
    {"books", "title text", "title"},
    {"t", "headline text", "headline"},
    {"t", "label text", "label"},
    {"t", "description text", "description"},
    {"t", "notes text", "note"},
    {"posts", "body text", "lorem"},
    // Numbers.
    {"t", "unit_price numeric(10,2)", "price"},
    {"t", "total_amount numeric(12,2)", "amount"},
    {"t", "balance money", "balance"},
    {"t", "salary int4", "salary"},
    {"t", "amount_cents int8", "cents"},
    {"t", "quantity int4", "quantity"},
    {"t", "stock int4", "stock"},
    {"t", "discount numeric(5,2)", "discount"},
    {"t", "tax numeric(10,2)", "tax"},
    {"t", "tax_rate numeric(5,2)", "tax_rate"},
    {"t", "exchange_rate numeric(12,6)", "exchange_rate"},
    {"t", "percentage float8", "percentage"},
    {"t", "ratio float8", "ratio"},
    {"t", "rating int2", "rating"},
    {"t", "score float4", "score"},
    {"t", "year int4", "year"},
    {"t", "month int2", "month"},
    {"t", "day int2", "day"},
    {"t", "hour int2", "hour"},
    {"t", "minute int2", "minute"},
    {"t", "weight numeric(8,3)", "weight"},
    {"boxes", "height numeric(6,1)", "dimension"},
    {"images", "width int4", "pixels"},
    {"t", "duration int4", "duration"},
    {"t", "temperature numeric(4,1)", "temperature"},
    {"t", "file_size int8", "file_size"},
    {"t", "view_count int4", "count"},
    {"t", "sort_order int4", "position"},
    // JSON.
    {"t", "attributes jsonb", "json_attributes"},
    {"t", "settings json", "json_settings"},
    {"t", "metadata jsonb", "json_metadata"},
    {"t", "payload jsonb", "json_event"},
    {"t", "address jsonb", "json_address"},
    // Moments.
    {"t", "created_at timestamptz", "created_at"},
    {"t", "createdAt timestamp", "created_at"},
    {"t", "updated_on date", "updated_at"},
    {"t", "deleted_at timestamptz", "deleted_at"},
    {"t", "order_date date", "ordered_at"},
    {"t", "email_verified_at timestamptz", "confirmed_at"},
    {"t", "paid_at timestamptz", "paid_at"},
    {"t", "shipped_date date", "shipped_at"},
    {"t", "delivered_at timestamptz", "delivered_at"},
    {"t", "cancelled_at timestamptz", "closed_at"},
    {"t", "last_login timestamptz", "event_at"},
    {"t", "last_updated timestamptz", "updated_at"},
    {"t", "due_date date", "due_at"},
    {"t", "expires_at timestamptz", "expires_at"},
    {"t", "next_run_at timestamptz", "scheduled_at"},
    {"t", "start_date date, end_date date", "start_date"},
    {"t", "end_date date, start_date date", "end_date"},
    {"t", "valid_from timestamptz, valid_to timestamptz", "start_date"},
    {"t", "valid_to timestamptz, valid_from timestamptz", "end_date"},
    {"meetings", "starts_at timestamptz, ends_at timestamptz", "start_time"},
    {"meetings", "ends_at timestamptz, starts_at timestamptz", "end_time"},
    {"t", "starts_at timestamptz, ends_on date", "start_date"},
    {"shifts", "start_time time, end_time time", "start_time"},
    {"employees", "hire_date date", "start_date"},
    // Numbers by what they count or stand for.
    {"jobs", "state int4", "level"},
    {"t", "status int2", "level"},
    {"rooms", "floor int4", "level"},
    {"areas", "begin_date_day int2", "day"},
    {"courses", "max_students int4", "quantity"},
    {"plans", "upload_limit int8", "quantity"},
    {"t", "total_users int4", "count"},
    {"t", "edits_pending int4", "count"},
    {"links", "link_order int4", "position"},
    {"jobs", "tries int4", "count"},
    // Moments as numbers, identifiers as texts.
    {"issue", "created_unix int8", "created_at"},
    {"issue", "updated_at int8", "updated_at"},
    {"tokens", "expires_at int4", "expires_at"},
    {"events", "received_ts int8", "delivered_at"},
    {"realm", "id varchar(36)", "uuid"},
    {"realm", "client_id bpchar(36)", "uuid"},
    {"tracks", "number text", "reference_number"},
    // Flags.
    {"t", "is_active bool", "flag_mostly_true"},
    {"t", "is_deleted bool", "flag_mostly_false"},
    {"t", "has_children bool", "flag"},
    {"t", "email_verified bool", "flag_mostly_true"},
};

TEST(DetectMeaning, FindsCommonNames) {
  for (const Case& c : kCases) EXPECT_EQ(ProviderOf(c), c.provider) << c.table << ": " << c.columns;
}

TEST(DetectMeaning, EveryProviderIsReachable) {
  std::set<std::string> found;
  for (const Case& c : kCases) found.insert(ProviderOf(c));
  found.insert("zipcode");  // another name of postcode
  for (const std::string& name : ProviderNames()) EXPECT_TRUE(found.count(name) == 1) << name;
}

// Names that look like something else.
const Case kTraps[] = {
    {"orders", "state text", "status"},
    {"jobs", "state varchar(20)", "status"},
    {"settings", "name text", "label"},
    {"user_roles", "name text", "label"},
    {"books", "title text, first_name text", "name_prefix"},
    {"articles", "title text", "title"},
    {"hosts", "address text, port int4", "ip_address"},
    {"hosts", "address inet", "ip_address"},
    {"customers", "address text", "address"},
    {"books", "title text, price numeric(8,2)", "title"},
    {"events", "name text, price numeric(8,2)", "label"},
    {"t", "number int4", ""},
    {"t", "code text", ""},
    {"t", "value text", ""},
    {"t", "id int8", ""},
    {"t", "user_id int8", ""},
    {"t", "email_id int4", ""},
    {"t", "email bool", ""},
    {"t", "phone_verified bool", "flag_mostly_true"},
    {"t", "email int4", ""},
    {"t", "address_id uuid", ""},
    {"t", "city_id int4", ""},
    {"t", "order_count int4", "count"},
    {"t", "total text", ""},
    {"t", "max_size text", ""},
    {"t", "status bool", ""},
    {"t", "created_at int2", ""},
    {"t", "id varchar(40)", ""},
    {"t", "response_time text", ""},
    {"rooms", "floor text", ""},
    {"t", "email varchar(6)", ""},
    {"t", "iban varchar(10)", ""},
    {"t", "password varchar(20)", "password"},
    {"t", "port text", ""},
    {"t", "age text", ""},
    {"t", "rank int4", "position"},
    {"t", "login timestamptz", "event_at"},
    {"t", "position int4", "position"},
    {"t", "position text", ""},
    {"t", "description int4", ""},
    {"t", "year date", ""},
    {"t", "price text", ""},
    {"t", "foo timestamptz", ""},
    {"t", "location point", ""},
    {"t", "photo bytea", ""},
    {"t", "hotel_host bool", ""},
    {"t", "currency int4", ""},
    {"t", "statement text", ""},
    {"t", "capacity text", ""},
    {"t", "emailed bool", ""},
    {"t", "ship_to text", ""},
};

TEST(DetectMeaning, AvoidsTraps) {
  for (const Case& c : kTraps) EXPECT_EQ(ProviderOf(c), c.provider) << c.table << ": " << c.columns;
}

TEST(DetectMeaning, LooksThroughDomains) {
  Table table = sample::MakeTable("t", "email text");
  table.columns[0].type = sample::Over(TypeKind::Domain, "public", "email_domain", sample::BaseType("varchar"),
                                       sample::CharacterModifier(80));
  ASSERT_TRUE(DetectMeaning(table, table.columns[0]));
  EXPECT_EQ(DetectMeaning(table, table.columns[0])->provider, "email");
  table.columns[0].type = sample::EnumOf("email", {"a", "b"});
  EXPECT_FALSE(DetectMeaning(table, table.columns[0]));
}

TEST(DetectMeaning, ReadsComments) {
  Table table = sample::MakeTable("t", "c7 text");
  table.columns[0].comment = "E-mail address of the buyer";
  ASSERT_TRUE(DetectMeaning(table, table.columns[0]));
  EXPECT_EQ(DetectMeaning(table, table.columns[0])->provider, "email");
  EXPECT_EQ(DetectMeaning(table, table.columns[0])->reason, "comment");
  table.columns[0].comment = "internal, do not use";
  EXPECT_FALSE(DetectMeaning(table, table.columns[0]));
}

struct GroupCase {
  const char* table;
  const char* columns;
  GroupKind kind;
  const char* group;
};

TEST(DetectMeaning, NamesGroups) {
  const GroupCase kGroups[] = {
      {"orders", "billing_city text", GroupKind::Place, "billing"},
      {"orders", "shipping_postcode text", GroupKind::Place, "shipping"},
      {"orders", "city text", GroupKind::Place, ""},
      {"orders", "customer_email text", GroupKind::Person, "customer"},
      {"orders", "customer_first_name text", GroupKind::Person, "customer"},
      {"orders", "customer_name text", GroupKind::Person, "customer"},
      {"customers", "customer_email text", GroupKind::Person, ""},
      {"customers", "customer_name text", GroupKind::Person, ""},
      {"users", "user_name text", GroupKind::Person, ""},
      {"orders", "color text", GroupKind::None, ""},
      {"orders", "created_at timestamptz", GroupKind::Timeline, ""},
      {"plans", "trial_starts_at timestamptz, trial_ends_at timestamptz", GroupKind::Timeline, "trial"},
      {"plans", "trial_ends_at timestamptz, trial_starts_at timestamptz", GroupKind::Timeline, "trial"},
      {"events", "event_start timestamptz, event_end timestamptz", GroupKind::Timeline, ""},
  };
  for (const GroupCase& c : kGroups) {
    const Table table = sample::MakeTable(c.table, c.columns);
    const auto meaning = DetectMeaning(table, table.columns[0]);
    ASSERT_TRUE(meaning) << c.columns;
    EXPECT_EQ(meaning->group, c.kind) << c.columns;
    EXPECT_EQ(meaning->group_name, c.group) << c.columns;
    EXPECT_FALSE(meaning->reason.empty());
  }
}

TEST(DetectMeaning, UniquePlacesHaveNoGroup) {
  Table table = sample::MakeTable("cities", "name text, country text");
  UniqueKey key;
  key.columns = {1};
  table.unique_keys.push_back(key);
  EXPECT_EQ(DetectMeaning(table, table.columns[0])->group, GroupKind::None);
  EXPECT_EQ(DetectMeaning(table, table.columns[1])->group, GroupKind::Place);
}

TEST(ProviderNames, AreSortedAndDistinct) {
  const auto names = ProviderNames();
  EXPECT_GE(names.size(), 70U);
  for (std::size_t i = 1; i < names.size(); ++i) EXPECT_LT(names[i - 1], names[i]);
}

TEST(SplitWords, HandlesAllSpellings) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(SplitWords("shippingAddress2"), (Words{"shipping", "address", "2"}));
  EXPECT_EQ(SplitWords("IPAddress"), (Words{"ip", "address"}));
  EXPECT_EQ(SplitWords("__User  ID__"), (Words{"user", "id"}));
  EXPECT_EQ(SplitWords("XML"), (Words{"xml"}));
  EXPECT_EQ(SplitWords("sha256"), (Words{"sha", "256"}));
  EXPECT_TRUE(SplitWords("").empty());
  EXPECT_TRUE(SplitWords("--").empty());
}

TEST(Singular, KnowsCommonForms) {
  EXPECT_EQ(Singular("categories"), "category");
  EXPECT_EQ(Singular("addresses"), "address");
  EXPECT_EQ(Singular("status"), "status");
  EXPECT_EQ(Singular("people"), "person");
  EXPECT_EQ(Singular("users"), "user");
  EXPECT_EQ(Singular("branches"), "branch");
  EXPECT_EQ(Singular("bus"), "bus");
}

}  // namespace
}  // namespace dbmocker
