// Options from jsonb, by a table of keys. Server style: may ereport, owns nothing.
// Read first: kOptions, then ParseOptions.
#include "server/parse_options.h"

#include <cmath>
#include <cstring>

#include "core/locale_lists.h"
#include "server/options_origin.h"
#include "server/settings.h"

namespace dbmocker::server {
namespace {

struct Option {
  const char* key;
  const char* expected;  // for the error
  // Returns false if the value is not a legal one.
  bool (*set)(RunOptions* options, const JsonbValue* value);
  const char* fallback = "null";  // the default as JSON; null: whatever is no value
  bool is_of_database = false;  // says nothing about a single run
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
                                      {"parallel_bulk", WriterChoice::ParallelBulk},
                                      {"streaming", WriterChoice::Streaming}};
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

bool SetPerformanceMode(RunOptions* options, const JsonbValue* value) {
  if (value->type != jbvString || value->val.string.len == 0) return false;
  options->performance_mode = pnstrdup(value->val.string.val, static_cast<Size>(value->val.string.len));
  return true;
}

bool SetCacheStrategy(RunOptions* options, const JsonbValue* value) {
  for (int i = 0; i < static_cast<int>(lengthof(kCacheStrategies)); ++i) {
    if (!IsText(value, kCacheStrategies[i])) continue;
    options->cache_strategy = static_cast<CacheStrategy>(i);
    return true;
  }
  return false;
}

bool SetCacheSize(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 1048576, &options->cache_size_mb);
}

bool SetProgressInterval(RunOptions* options, const JsonbValue* value) {
  options->progress_interval = 0;
  if (IsText(value, "auto")) return true;
  int rows = 0;
  if (!ReadInteger(value, 1, 1000000000, &rows)) return false;
  options->progress_interval = rows;
  return true;
}

// An object of names and booleans. Hints that are not named are off.
bool SetHints(RunOptions* options, const JsonbValue* value) {
  if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data)) return false;
  options->hints.bits = 0;
  JsonbIterator* iterator = JsonbIteratorInit(value->val.binary.data);
  JsonbValue key, flag;
  JsonbIteratorToken token = JsonbIteratorNext(&iterator, &key, true);
  while ((token = JsonbIteratorNext(&iterator, &key, true)) == WJB_KEY) {
    JsonbIteratorNext(&iterator, &flag, true);
    int hint = 0;
    while (hint < kHintCount && !IsText(&key, kHintNames[hint])) ++hint;
    if (hint == kHintCount || flag.type != jbvBool) return false;
    if (flag.val.boolean) options->hints.bits |= 1U << hint;
  }
  return true;
}

bool SetDuplicates(RunOptions* options, const JsonbValue* value) { return SetFlag(&options->duplicates, value); }

bool SetDuplicateStrategy(RunOptions* options, const JsonbValue* value) {
  for (int i = 0; i < static_cast<int>(lengthof(kDuplicateStrategies)); ++i) {
    if (!IsText(value, kDuplicateStrategies[i])) continue;
    options->duplicate_strategy = i;
    return true;
  }
  return false;
}

bool SetDuplicateProbability(RunOptions* options, const JsonbValue* value) {
  return ReadNumber(value, 0, 1, &options->duplicate_probability);
}

bool SetSmallPool(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 1000000000, &options->pool_sizes[0]);
}
bool SetMediumPool(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 1000000000, &options->pool_sizes[1]);
}
bool SetLargePool(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 1000000000, &options->pool_sizes[2]);
}

bool SetConnectionPoolSize(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 64, &options->connection_pool_size);
}

bool SetSmallShare(RunOptions* options, const JsonbValue* value) {
  return ReadNumber(value, 0, 1, &options->pool_shares[0]);
}
bool SetMediumShare(RunOptions* options, const JsonbValue* value) {
  return ReadNumber(value, 0, 1, &options->pool_shares[1]);
}

bool SetReuseProbability(RunOptions* options, const JsonbValue* value) {
  return ReadNumber(value, 0, 1, &options->reuse_probability);
}

bool SetSampleSize(RunOptions* options, const JsonbValue* value) {
  return ReadInteger(value, 1, 100000, &options->sample_size);
}

bool SetLocale(RunOptions* options, const JsonbValue* value) {
  if (value->type != jbvString) return false;
  const auto length = static_cast<std::size_t>(value->val.string.len);
  options->locale = FindLocale({value->val.string.val, length});
  return options->locale > 0 || length == 0;
}

bool SetAnalyzeExisting(RunOptions* options, const JsonbValue* value) {
  return SetFlag(&options->analyze_existing_data, value);
}

bool SetTruncate(RunOptions* options, const JsonbValue* value) { return SetFlag(&options->truncate, value); }

constexpr char kPoolSize[] = "a whole number from 1 to 1000000000";

constexpr Option kOptions[] = {
    {"analyze", "true or false", SetAnalyze, "false"},
    {"analyze_existing_data", "true or false", SetAnalyzeExisting, "false"},
    {"batch_size", "\"auto\" or a whole number from 1 to 100000", SetBatchSize, "\"auto\""},
    {"cache_size_mb", "a whole number from 1 to 1048576", SetCacheSize, "64"},
    {"cache_strategy", "\"no_cache\", \"simple\", \"intelligent\", \"adaptive\" or \"memory_mapped\"", SetCacheStrategy,
     "\"intelligent\""},
    {"connection_pool_size", "a whole number from 1 to 64", SetConnectionPoolSize, "null", true},
    {"freeze", "true or false", SetFreeze, "false"},
    {"global_duplicate_enabled", "true or false", SetDuplicates, "false"},
    {"global_duplicate_probability", "a number from 0 to 1", SetDuplicateProbability, "0.3"},
    {"global_duplicate_strategy",
     "\"generate_new\", \"allow_simple\", \"smart_duplicates\", \"cached_pool\", \"weighted_random\" or "
     "\"fast_data_reuse\"",
     SetDuplicateStrategy, "\"generate_new\""},
    {"insertion_strategy", "\"auto\", \"single\", \"batch\", \"bulk\", \"parallel_bulk\" or \"streaming\"",
     SetInsertionStrategy, "\"auto\""},
    {"locale",
     "\"\" or one of \"de_AT\", \"de_DE\", \"en_AU\", \"en_CA\", \"en_GB\", \"en_US\", \"es_ES\", \"es_MX\", "
     "\"fr_FR\", \"it_IT\", \"nl_NL\", \"pt_BR\"",
     SetLocale, "\"\""},
    {"max_attempts", "a whole number from 1 to 1000000", SetMaxAttempts, "1000"},
    {"max_workers", "\"auto\" or a whole number from 0 to 64", SetMaxWorkers, "\"auto\""},
    {"memory_limit_mb", "a whole number from 1 to 1048576", SetMemoryLimit, "64"},
    {"null_probability", "a number from 0 to 1", SetNullProbability, "0.1"},
    {"on_error", "\"stop\" or \"skip\"", SetOnError, "\"stop\""},
    {"on_exhausted", "\"refuse\" or \"cap\"", SetOnExhausted, "\"refuse\""},
    {"optimization_hints",
     "an object of booleans named has_complex_constraints, has_hierarchical_data, has_many_foreign_keys, "
     "has_repetitive_data, has_time_series_data, is_large_table, prioritize_memory, prioritize_quality, "
     "prioritize_speed, use_data_templates, use_pattern_matching or use_precomputed_values",
     SetHints, "{}"},
    {"performance_mode", "the name of a preset", SetPerformanceMode},
    {"pool_share_medium", "a number from 0 to 1", SetMediumShare, "0.3"},
    {"pool_share_small", "a number from 0 to 1", SetSmallShare, "0.6"},
    {"pool_size_large", kPoolSize, SetLargePool, "100"},
    {"pool_size_medium", kPoolSize, SetMediumPool, "25"},
    {"pool_size_small", kPoolSize, SetSmallPool, "5"},
    {"progress_interval", "\"auto\" or a whole number from 1 to 1000000000", SetProgressInterval, "\"auto\""},
    {"reference_time", "a date or timestamp in a string, or \"\" for today", SetReferenceTime},
    {"reuse_probability", "a number from 0 to 1", SetReuseProbability, "0.3"},
    {"sample_size", "a whole number from 1 to 100000", SetSampleSize, "1000"},
    {"truncate", "true or false", SetTruncate, "false"},
};
constexpr int kOptionCount = static_cast<int>(lengthof(kOptions));
static_assert(kOptionCount <= kMostOptions, "RunOptions has too little room");

// A call's options may hold rules beside them.
constexpr char kColumns[] = "columns";

char* ListKeys(OptionLevel level) {
  StringInfoData list;
  initStringInfo(&list);
  bool lists_columns = level != OptionLevel::Call;
  for (const Option& option : kOptions) {
    if (!lists_columns && std::strcmp(kColumns, option.key) < 0) {
      appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", kColumns);
      lists_columns = true;
    }
    appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", option.key);
  }
  return list.data;
}

void SetColumns(RunOptions* options, const JsonbValue* value) {
  if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for option \"%s\"", kColumns),
                    errhint("The value must be an object of columns and their rules.")));
  options->call_rules = JsonbToCString(nullptr, value->val.binary.data, value->val.binary.len);
}

void SetOption(RunOptions* options, const JsonbValue* key, JsonbValue* value, OptionLevel level) {
  if (level == OptionLevel::Call && IsText(key, kColumns)) return SetColumns(options, value);
  for (int i = 0; i < kOptionCount; ++i) {
    const Option& option = kOptions[i];
    if (!IsText(key, option.key)) continue;
    if (option.is_of_database && level != OptionLevel::Database && value->type != jbvNull)
      ereport(ERROR,
              (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"%s\" belongs to the database", option.key),
               errhint("Set it with dbmocker.set_options(NULL, …).")));
    if (options->levels[i] > level || (value->type == jbvNull && level != OptionLevel::Call)) return;
    if (!option.set(options, value))
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for option \"%s\"", option.key),
                      errhint("The value must be %s.", option.expected)));
    options->levels[i] = level;
    Jsonb* const text = JsonbValueToJsonb(value);
    options->values[i] = JsonbToCString(nullptr, &text->root, VARSIZE(text));
    return;
  }
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("unknown option \"%.*s\"", key->val.string.len, key->val.string.val),
                  errhint("Valid options are: %s.", ListKeys(level))));
}

}  // namespace

void ApplyOptions(RunOptions* options, Jsonb* given, OptionLevel level) {
  if (!JB_ROOT_IS_OBJECT(given))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("options must be a JSON object"),
                    errhint("Write them as in '{\"batch_size\": 1000}'. Valid options are: %s.", ListKeys(level))));
  JsonbIterator* iterator = JsonbIteratorInit(&given->root);
  JsonbValue key, value;
  JsonbIteratorToken token = JsonbIteratorNext(&iterator, &key, true);
  while ((token = JsonbIteratorNext(&iterator, &key, true)) == WJB_KEY) {
    JsonbIteratorNext(&iterator, &value, true);
    SetOption(options, &key, &value, level);
  }
}

const char* FindOptionFault(const char* key, const char* value, OptionLevel level) {
  for (const Option& option : kOptions) {
    if (std::strcmp(option.key, key) != 0) continue;
    if (option.is_of_database && level != OptionLevel::Database) return "belongs to the database";
    RunOptions scratch = {};
    Jsonb* const array = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(psprintf("[%s]", value))));
    const JsonbValue* item = getIthJsonbValueFromContainer(&array->root, 0);
    return item->type == jbvNull || option.set(&scratch, item) ? nullptr : psprintf("must be %s", option.expected);
  }
  return psprintf("is not known; valid options are %s", ListKeys(level));
}

void ForgetPreset(RunOptions* options) {
  for (int i = 0; i < kOptionCount; ++i) {
    if (options->levels[i] != OptionLevel::Preset) continue;
    options->levels[i] = OptionLevel::Default;
    options->values[i] = nullptr;
    if (std::strcmp(kOptions[i].fallback, "null") == 0) continue;
    char* text = psprintf("{\"%s\": %s}", kOptions[i].key, kOptions[i].fallback);
    ApplyOptions(options, DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))), OptionLevel::Default);
    options->values[i] = nullptr;
  }
}

const char* OptionKey(int place) { return place < kOptionCount ? kOptions[place].key : nullptr; }

const char* OptionDefault(int place) { return place < kOptionCount ? kOptions[place].fallback : nullptr; }

RunOptions ParseOptions(const std::int64_t* seed, Jsonb* options) {
  RunOptions result = {};
  result.seed = seed != nullptr ? *seed : DefaultSeed();
  result.reference_time = DefaultReferenceTime();
  result.null_probability = 0.1;
  result.max_attempts = 1000;
  result.memory_limit_mb = 64;
  result.cache_strategy = CacheStrategy::Intelligent;
  result.cache_size_mb = 64;
  result.max_workers = kAutomaticWorkers;
  result.duplicate_probability = 0.3;
  result.pool_shares[0] = 0.6;
  result.pool_shares[1] = 0.3;
  result.reuse_probability = 0.3;
  result.sample_size = 1000;
  result.pool_sizes[0] = 5;
  result.pool_sizes[1] = 25;
  result.pool_sizes[2] = 100;
  if (options != nullptr) ApplyOptions(&result, options, OptionLevel::Call);
  ApplyStoredOptions(&result, InvalidOid);
  return result;
}

}  // namespace dbmocker::server
