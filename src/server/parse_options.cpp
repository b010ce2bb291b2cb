// Options from jsonb, by a table of keys. Server style: may ereport, owns nothing.
// Read first: kOptions, then ParseOptions.
#include "server/parse_options.h"

#include <cmath>
#include <cstring>

#include "server/settings.h"

namespace dbmocker::server {
namespace {

struct Option {
  const char* key;
  const char* expected;  // for the error
  // Returns false if the value is not a legal one.
  bool (*set)(RunOptions* options, const JsonbValue* value);
};

bool ReadNumber(const JsonbValue* value, double lowest, double highest, double* number) {
  if (value->type != jbvNumeric) return false;
  if (numeric_is_nan(value->val.numeric) || numeric_is_inf(value->val.numeric)) return false;
  *number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
  return *number >= lowest && *number <= highest;
}

bool ReadInteger(const JsonbValue* value, int lowest, int highest, int* number) {
  double read = 0;
  if (!ReadNumber(value, lowest, highest, &read) || std::floor(read) != read) return false;
  *number = static_cast<int>(read);
  return true;
}

bool IsText(const JsonbValue* value, const char* text) {
  return value->type == jbvString && static_cast<std::size_t>(value->val.string.len) == std::strlen(text) &&
         std::memcmp(value->val.string.val, text, std::strlen(text)) == 0;
}

bool SetBatchSize(RunOptions* options, const JsonbValue* value) {
  if (IsText(value, "auto")) {
    options->batch_size = 0;
    return true;
  }
  return ReadInteger(value, 1, 100000, &options->batch_size);
}

bool SetFlag(bool* flag, const JsonbValue* value) {
  if (value->type != jbvBool) return false;
  *flag = value->val.boolean;
  return true;
}

bool SetAnalyze(RunOptions* options, const JsonbValue* value) { return SetFlag(&options->analyze, value); }

bool SetFreeze(RunOptions* options, const JsonbValue* value) { return SetFlag(&options->freeze, value); }

bool SetInsertionStrategy(RunOptions* options, const JsonbValue* value) {
  struct Strategy {
    const char* name;
    WriterChoice choice;
  };
  constexpr Strategy kStrategies[] = {{"auto", WriterChoice::Auto},
                                      {"single", WriterChoice::Single},
                                      {"batch", WriterChoice::Batch},
                                      {"bulk", WriterChoice::Bulk},
                                      {"parallel_bulk", WriterChoice::ParallelBulk}};
  for (const Strategy& strategy : kStrategies) {
    if (!IsText(value, strategy.name)) continue;
    options->insertion_strategy = strategy.choice;
    return true;
  }
  return false;
}

bool SetMaxAttempts(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 1000000, &options->max_attempts);
}

bool SetMaxWorkers(RunOptions* options, const JsonbValue* value) {
  if (IsText(value, "auto")) {
    options->max_workers = kAutomaticWorkers;
    return true;
  }
  return ReadInteger(value, 0, kMaxWorkers, &options->max_workers);
}

bool SetMemoryLimit(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 1048576, &options->memory_limit_mb);
}

bool SetNullProbability(RunOptions* options, const JsonbValue* value) {
  return ReadNumber(value, 0, 1, &options->null_probability);
}

// One of two words: true for `yes`.
bool SetSwitch(const JsonbValue* value, const char* yes, const char* no, bool* to) {
  *to = IsText(value, yes);
  return *to || IsText(value, no);
}

bool SetOnError(RunOptions* options, const JsonbValue* value) {
  return SetSwitch(value, "skip", "stop", &options->skip_failed);
}

bool SetOnExhausted(RunOptions* options, const JsonbValue* value) {
  return SetSwitch(value, "cap", "refuse", &options->cap_exhausted);
}

bool SetReferenceTime(RunOptions* options, const JsonbValue* value) {
  if (value->type != jbvString) return false;
  const char* text = pnstrdup(value->val.string.val, static_cast<Size>(value->val.string.len));
  if (*text != '\0' && !IsValidReferenceTime(text)) return false;
  options->reference_time = ParseReferenceTime(text);
  return true;
}

constexpr Option kOptions[] = {
    {"analyze", "true or false", SetAnalyze},
    {"batch_size", "\"auto\" or a whole number from 1 to 100000", SetBatchSize},
    {"freeze", "true or false", SetFreeze},
    {"insertion_strategy", "\"auto\", \"single\", \"batch\", \"bulk\" or \"parallel_bulk\"", SetInsertionStrategy},
    {"max_attempts", "a whole number from 1 to 1000000", SetMaxAttempts},
    {"max_workers", "\"auto\" or a whole number from 0 to 64", SetMaxWorkers},
    {"memory_limit_mb", "a whole number from 1 to 1048576", SetMemoryLimit},
    {"null_probability", "a number from 0 to 1", SetNullProbability},
    {"on_error", "\"stop\" or \"skip\"", SetOnError},
    {"on_exhausted", "\"refuse\" or \"cap\"", SetOnExhausted},
    {"reference_time", "a date or timestamp in a string, or \"\" for today", SetReferenceTime},
};

char* ListKeys() {
  StringInfoData list;
  initStringInfo(&list);
  for (const Option& option : kOptions) appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", option.key);
  return list.data;
}

void SetOption(RunOptions* options, const JsonbValue* key, const JsonbValue* value) {
  for (const Option& option : kOptions) {
    if (!IsText(key, option.key)) continue;
    if (!option.set(options, value))
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for option \"%s\"", option.key),
                      errhint("The value must be %s.", option.expected)));
    return;
  }
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("unknown option \"%.*s\"", key->val.string.len, key->val.string.val),
                  errhint("Valid options are: %s.", ListKeys())));
}

}  // namespace

RunOptions ParseOptions(const std::int64_t* seed, Jsonb* options) {
  RunOptions result = {};
  result.seed = seed != nullptr ? *seed : DefaultSeed();
  result.reference_time = DefaultReferenceTime();
  result.null_probability = 0.1;
  result.max_attempts = 1000;
  result.memory_limit_mb = 64;
  result.max_workers = kAutomaticWorkers;
  if (options == nullptr) return result;
  if (!JB_ROOT_IS_OBJECT(options))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options must be a JSON object"),
                    errhint("Write them as in '{\"batch_size\": 1000}'. Valid options are: %s.", ListKeys())));
  JsonbIterator* iterator = JsonbIteratorInit(&options->root);
  JsonbValue key, value;
  JsonbIteratorToken token = JsonbIteratorNext(&iterator, &key, true);
  while ((token = JsonbIteratorNext(&iterator, &key, true)) == WJB_KEY) {
    JsonbIteratorNext(&iterator, &value, true);
    SetOption(&result, &key, &value);
  }
  return result;
}

}  // namespace dbmocker::server
