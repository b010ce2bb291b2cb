// What a table's name and its other columns say about what a column can mean: is it about persons, products, hosts …
// Must not look at the column in question. Read first: TableFacts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker {

// What must hold for a rule of meaning to apply.
enum class Context {
  Any,
  Person,  // rows are persons
  Staff,  // persons with a job: department, salary, hire date
  Company,
  Product,
  City,
  Region,
  Country,
  Category,
  Tag,
  Color,
  Currency,
  Language,
  Department,
  Job,
  File,
  Network,  // hosts, devices, sessions: addresses are those of the net
  Order,  // orders, payments, shipments
  Voucher,
  Phone,
  Card,
  Address,  // other columns hold parts of a postal address
  NotNetwork,
  NotAddress,
};

class TableFacts {
 public:
  explicit TableFacts(const Table& table);

  bool Holds(Context context) const;
  // A word of the table's name, in singular.
  bool IsTableWord(std::string_view word) const;
  // Its periods are days to years long rather than minutes to hours.
  bool has_long_periods() const { return has_long_periods_; }
  bool has_period_start() const { return has_period_start_; }

 private:
  bool EntityIn(std::string_view list) const;

  std::vector<std::string> table_words_;
  std::string entity_;  // last word of the table's name, in singular
  bool has_person_ = false;
  bool has_email_ = false;
  bool has_staff_ = false;
  bool has_product_ = false;
  bool has_network_ = false;
  bool has_long_periods_ = false;
  bool has_period_start_ = false;
  int address_parts_ = 0;
};

// Words that begin or end a period: "start", "from", "end", "until" …
bool IsStartWord(std::string_view word);
bool IsEndWord(std::string_view word);

}  // namespace dbmocker
