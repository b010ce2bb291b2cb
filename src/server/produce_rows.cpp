// RowProducer: fill (C++), convert and check (server); see produce_rows.h. What failed is drawn again, see
// redraw_rows.cpp. A batch needs one CallServer for all of its rows.
// Read first: RowProducer::NextBatch.
#include "server/produce_rows.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "server/boundary.h"
#include "server/catch_refusal.h"
#include "server/compat.h"
#include "server/read_catalog.h"

namespace dbmocker::server {

RowProducer::RowProducer(const Table& table, const Plan& plan, const ProducerSettings& settings, Relation relation,
                         EState* estate, ResultRelInfo* result_relation)
    : table_(table),
      plan_(plan),
      settings_(settings),
      relation_(relation),
      estate_(estate),
      result_relation_(result_relation),
      may_move_(plan.HasStride() || DependsOnOrder(table, plan)),
      spare_(settings.first_spare),
      produced_(settings.skip_rows),
      end_(plan.rows) {
  if (!plan.checked_keys.empty() && settings_.probe_stored_rows)
    settings_.batch_size = 1;  // each row sees the ones before
  CallServer([this] {
    context_ = CurrentMemoryContext;
    batch_context_ = AllocSetContextCreate(context_, "dbmocker batch", ALLOCSET_DEFAULT_SIZES);
    draw_context_ = AllocSetContextCreate(context_, "dbmocker draw", ALLOCSET_DEFAULT_SIZES);
    row_context_ = batch_context_;
    slots_ = static_cast<TupleTableSlot**>(palloc(sizeof(TupleTableSlot*) * static_cast<Size>(settings_.batch_size)));
    TupleDesc const descriptor = CreateTupleDescCopyConstr(RelationGetDescr(relation_));  // not counted by the cache
    for (int i = 0; i < settings_.batch_size; ++i) slots_[i] = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
    if (settings_.form == RowForm::Values) return;
    if (settings_.form == RowForm::HeapSlots) {
      const auto size = static_cast<Size>(settings_.batch_size);
      tuples_ = static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * size));
      heap_slots_ = static_cast<TupleTableSlot**>(palloc(sizeof(TupleTableSlot*) * size));
      for (Size i = 0; i < size; ++i) heap_slots_[i] = MakeSingleTupleTableSlot(descriptor, &TTSOpsHeapTuple);
    }
    value_columns_ = static_cast<ValueColumn*>(palloc0(sizeof(ValueColumn) * static_cast<Size>(descriptor->natts + 1)));
    former_.Prepare(descriptor, context_);
  });
  PrepareColumns();
  PrepareComputed();
  PrepareChecks();
  if (settings_.probe_stored_rows) ChooseArbiters();
  needs_check_ = !checks_.empty() || computer_ != nullptr || partition_check_ != nullptr || arbiter_list_ != nullptr ||
                 has_generated_ || std::ranges::any_of(columns_, [](const ServerColumn& c) {
                   return c.domain != nullptr || c.default_value != nullptr;
                 });
  needs_slots_ = settings_.form == RowForm::Values || needs_check_ || !columns_.empty();
}

namespace {

// True if a domain inside of the type (not the type itself) checks its values.
bool HoldsCheckedDomain(const Type& type) {
  const auto is_checked = [](const TypePointer& inner) {
    return inner != nullptr && (inner->not_null || !inner->constraints.empty() || HoldsCheckedDomain(*inner));
  };
  if (type.kind == TypeKind::Domain) return type.element != nullptr && HoldsCheckedDomain(*type.element);
  return is_checked(type.element) || std::ranges::any_of(type.attributes, [&](const CompositeAttribute& attribute) {
           return is_checked(attribute.type);
         });
}

// Reads `text` in a subtransaction, since before PostgreSQL 16 a refusal is an error. Returns nullptr, or the domain's
// complaint.
const char* TryInput(ServerColumn& column, char* text, Datum* value) {
  ErrorData* const error = CatchError(
      [&] { *value = InputFunctionCall(&column.input, text, column.input_parameter, column.type_modifier); });
  if (error == nullptr) return nullptr;
  if (error->sqlerrcode != ERRCODE_CHECK_VIOLATION && error->sqlerrcode != ERRCODE_NOT_NULL_VIOLATION)
    ReThrowError(error);
  return error->constraint_name != nullptr ? error->constraint_name : error->message;
}

// The server refuses to look into deferrable indexes, since ON CONFLICT cannot rely on them; here it is only asked for
// what is stored, so such an index passes as an immediate one for the time of the call.
bool ConflictsInIndex(ResultRelInfo* relation, Oid index, TupleTableSlot* slot, EState* estate) {
  List* arbiters = list_make1_oid(index);
  Form_pg_index form = nullptr;
  for (int i = 0; i < relation->ri_NumIndices; ++i)
    if (RelationGetRelid(relation->ri_IndexRelationDescs[i]) == index)
      form = relation->ri_IndexRelationDescs[i]->rd_index;
  if (form == nullptr || form->indimmediate) return compat::ConflictsWithStoredRow(relation, slot, estate, arbiters);
  volatile bool conflicts = false;
  PG_TRY();
  {
    form->indimmediate = true;
    conflicts = compat::ConflictsWithStoredRow(relation, slot, estate, arbiters);
  }
  PG_FINALLY();
  { form->indimmediate = false; }
  PG_END_TRY();
  return conflicts;
}

}  // namespace

bool DependsOnOrder(const Table& table, const Plan& plan) {
  if (plan.HasStride()) return false;
  return !plan.rejected_checks.empty() || !plan.probed_keys.empty() || !plan.checked_keys.empty() ||
         table.is_partition ||
         std::ranges::any_of(table.columns, [](const Column& column) { return HoldsCheckedDomain(*column.type); });
}

// --------------------------------------------------------------------------------------------------------- preparation

void RowProducer::PrepareColumns() {
  has_generated_ = CallServer([this] {  // virtual ones are none of the row's values
    TupleConstr* const constraints = RelationGetDescr(relation_)->constr;
    return constraints != nullptr && constraints->has_generated_stored;
  });
  std::vector<AttributeNumber> numbers;
  for (const Column& column : table_.columns)
    if (!column.is_generated) numbers.push_back(column.number);
  const auto needs_work = [this](AttributeNumber number) {
    if (std::ranges::count(plan_.server_columns, number) > 0) return true;
    if (std::ranges::count(plan_.computed_columns, number, &ComputedColumn::column) > 0) return true;
    if (table_.FindColumn(number)->type->kind == TypeKind::Domain) return true;
    return std::ranges::any_of(plan_.columns, [number](const ColumnPlan& column) {
      return column.column == number && column.values != nullptr && column.values->encoding() == Encoding::InputText;
    });
  };
  std::erase_if(numbers, [&](AttributeNumber number) { return !needs_work(number); });
  columns_.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool is_default = std::ranges::count(plan_.server_columns, numbers[i]) > 0;
    const AttributeNumber number = numbers[i];
    const bool may_refuse = HoldsCheckedDomain(*table_.FindColumn(number)->type);
    CallServer([this, i, number, is_default, may_refuse] {
      Form_pg_attribute const attribute = TupleDescAttr(RelationGetDescr(relation_), number - 1);
      ServerColumn& out = columns_[i];
      out = {};
      out.number = static_cast<AttrNumber>(number);
      out.by_value = attribute->attbyval;
      out.length = attribute->attlen;
      out.type_modifier = attribute->atttypmod;
      out.type = getBaseTypeAndTypmod(attribute->atttypid, &out.type_modifier);
      Oid function = InvalidOid;
      getTypeInputInfo(out.type, &function, &out.input_parameter);
      fmgr_info(function, &out.input);
      out.may_refuse = may_refuse;
      if (out.type != attribute->atttypid) {
        out.domain = static_cast<DomainConstraintRef*>(palloc0(sizeof(DomainConstraintRef)));
        InitDomainConstraintRef(attribute->atttypid, out.domain, context_, true);
      }
      if (is_default) {
        Node* expression = build_column_default(relation_, number);
        if (expression != nullptr) out.default_value = ExecPrepareExpr(reinterpret_cast<Expr*>(expression), estate_);
      }
    });
  }
}

void RowProducer::PrepareComputed() {
  std::vector<ColumnExpression> expressions;
  for (const ComputedColumn& computed : plan_.computed_columns)
    expressions.push_back(
        {static_cast<AttrNumber>(computed.column), computed.expression.c_str(), computed.reads_itself});
  const ColumnExpression* const plain = expressions.data();
  const auto count = static_cast<int>(expressions.size());
  if (count > 0) computer_ = CallServer([=, this] { return PrepareComputer(relation_, plain, count, estate_); });
}

void RowProducer::PrepareChecks() {
  CallServer([this] {
    TupleConstr* const constraints = RelationGetDescr(relation_)->constr;
    const int count = constraints == nullptr ? 0 : constraints->num_check;
    for (int i = 0; i < count; ++i) {
      Node* expression = compat::CheckExpression(relation_, &constraints->check[i]);
      if (expression == nullptr) continue;
      ExprState* state = ExecPrepareExpr(reinterpret_cast<Expr*>(expression), estate_);
      checks_.push_back({pstrdup(constraints->check[i].ccname), state});
    }
    partition_check_ = PreparePartitionCheck(relation_, estate_);
    TupleDesc const columns = RelationGetDescr(relation_);
    for (int i = 0; i < columns->natts; ++i) {
      const FormData_pg_attribute* column = TupleDescAttr(columns, i);
      if (column->attgenerated == ATTRIBUTE_GENERATED_STORED && column->attnotnull)
        never_null_.push_back({i + 1, psprintf("NOT NULL of %s", NameStr(column->attname))});
    }
  });
}

// The indexes that generated rows may collide in, by the plan's list of keys.
void RowProducer::ChooseArbiters() {
  const auto is_wanted = [this](const std::string& name) {
    return std::ranges::count(plan_.probed_keys, name) > 0 || std::ranges::count(plan_.checked_keys, name) > 0;
  };
  for (const UniqueKey& key : table_.unique_keys)
    if (is_wanted(key.name) && OidIsValid(key.index_oid)) arbiter_oids_.push_back(key.index_oid);
  for (const ExclusionConstraint& exclusion : table_.exclusions)
    if (is_wanted(exclusion.name)) arbiter_oids_.push_back(exclusion.index_oid);
  CallServer([this] {
    for (const Oid oid : arbiter_oids_) {
      arbiter_list_ = lappend_oid(arbiter_list_, oid);
      arbiters_.push_back({pstrdup(get_rel_name(oid)), nullptr});
    }
  });
}

// ------------------------------------------------------------------------------------------------------------ batches

int RowProducer::NextBatch() {
  if (settings_.meter != nullptr && last_rows_ > 0) settings_.meter->Tick(std::exchange(last_rows_, 0), rejections_);
  for (;;) {
    if (is_hopeless_) {
      dropped_rows_ += end_ - produced_;
      produced_ = end_;
    }
    const std::uint64_t left = end_ - produced_;
    const auto rows = static_cast<int>(std::min<std::uint64_t>(left, static_cast<std::uint64_t>(settings_.batch_size)));
    if (rows == 0) {
      if (const auto before_end = std::exchange(settings_.before_end, nullptr)) before_end();
      return 0;
    }
    ordinals_.resize(static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < ordinals_.size(); ++i) ordinals_[i] = plan_.first_ordinal + produced_ + i;
    produced_ += static_cast<std::uint64_t>(rows);
    const int kept = FillBatch();
    if (kept == 0) continue;
    last_rows_ = static_cast<std::uint64_t>(kept);
    return kept;
  }
}

void RowProducer::MakeBatch(std::span<const std::uint64_t> rows) {
  ordinals_.assign(rows.begin(), rows.end());
  for (std::uint64_t& ordinal : ordinals_) ordinal += plan_.first_ordinal;
  FillBatch();
}

// Makes the rows of ordinals_. Returns how many are left: slots()[0, n).
int RowProducer::FillBatch() {
  auto rows = static_cast<int>(ordinals_.size());
  plan_.Fill(RowSet{ordinals_, ordinals_, 0}, batch_);
  last_attempt_ = 0;
  attempts_.assign(ordinals_.size(), 0);
  if (settings_.meter != nullptr && !plan_.repeated_columns.empty()) MeasureBatch(rows);
  if (needs_slots_) rows = CheckBatch(rows);
  if (settings_.form != RowForm::Values && rows > 0) CallServer([&] { FormBatch(rows); });
  return rows;
}

// Shows the meter the values of the columns that repeat some.
void RowProducer::MeasureBatch(int rows) {
  for (const AttributeNumber number : plan_.repeated_columns) {
    const ColumnBuffer& column = batch_.columns[static_cast<std::size_t>(number - 1)];
    const short length = TupleDescAttr(RelationGetDescr(relation_), number - 1)->attlen;
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      if (column.nulls()[row] != 0) continue;
      const std::uint64_t word = column.words()[row];
      const auto* bytes = reinterpret_cast<const unsigned char*>(&word);
      std::size_t size = sizeof word;
      if (column.encoding != Encoding::Word) {
        bytes = reinterpret_cast<const unsigned char*>(word);
        size = column.encoding == Encoding::InputText ? std::strlen(reinterpret_cast<const char*>(bytes))
               : column.encoding == Encoding::Fixed   ? static_cast<std::size_t>(length)
                                                      : VARSIZE_ANY(bytes);
      }
      settings_.meter->CountValue(
          hash_bytes_extended(bytes, static_cast<int>(size), static_cast<std::uint64_t>(number)));
    }
  }
}

// ------------------------------------------------------------------------------------------------------ server phases

int RowProducer::ConvertBatch(int rows, int* failed, const char** reasons) {
  MemoryContextReset(batch_context_);
  int failures = 0;
  const int level = computer_ != nullptr ? EnterCatalogSettings() : 0;
  for (int row = 0; row < rows; ++row) {
    const char* fault = TryRow(batch_, static_cast<std::size_t>(row), slots_[row]);
    if (fault == nullptr) continue;
    failed[failures] = row;
    reasons[failures++] = fault;
  }
  if (computer_ != nullptr) LeaveCatalogSettings(level);
  return failures;
}

// Forms the heap tuples of the batch, or makes ready to, from the slots' values where rows went through them.
void RowProducer::FormBatch(int rows) {
  const std::size_t count = batch_.columns.size();
  if (!needs_slots_) {
    for (std::size_t i = 0; i < count; ++i)
      value_columns_[i] = {batch_.columns[i].words().data(), batch_.columns[i].nulls().data()};
  } else {
    const auto row_count = static_cast<std::size_t>(rows);
    gathered_words_.resize(count * row_count);
    gathered_nulls_.resize(count * row_count);
    for (std::size_t row = 0; row < row_count; ++row) {
      for (std::size_t i = 0; i < count; ++i) {
        gathered_words_[i * row_count + row] = slots_[row]->tts_values[i];
        gathered_nulls_[i * row_count + row] = slots_[row]->tts_isnull[i];
      }
    }
    for (std::size_t i = 0; i < count; ++i)
      value_columns_[i] = {gathered_words_.data() + i * row_count, gathered_nulls_.data() + i * row_count};
    FlattenValues(rows);
  }
  if (settings_.form == RowForm::HeapTuples) return former_.StartRows(value_columns_, rows);
  former_.Form(value_columns_, rows, tuples_);
  StoreInSlots(tuples_, rows, heap_slots_);
}

// Out-of-line and expanded values (from defaults and generated columns) made flat.
void RowProducer::FlattenValues(int rows) {
  MemoryContext const caller = MemoryContextSwitchTo(batch_context_);
  TupleDesc const descriptor = slots_[0]->tts_tupleDescriptor;
  for (int i = 0; i < descriptor->natts; ++i) {
    if (TupleDescAttr(descriptor, i)->attlen != -1) continue;
    Datum* words = const_cast<Datum*>(value_columns_[i].words);
    for (int row = 0; row < rows; ++row)
      if (!value_columns_[i].nulls[row] && VARATT_IS_EXTERNAL(DatumGetPointer(words[row])))
        words[row] = PointerGetDatum(PG_DETOAST_DATUM(words[row]));
  }
  MemoryContextSwitchTo(caller);
}

// ConvertRow, with errors such as a division by zero as failures of the CHECK that raises them.
const char* RowProducer::TryRow(const Batch& batch, std::size_t row, TupleTableSlot* slot) {
  if (!settings_.catches_errors) return ConvertRow(batch, row, slot);
  MemoryContext const caller = MemoryContextSwitchTo(row_context_);
  judged_by_ = nullptr;
  const char* fault = nullptr;
  ErrorData* const error = CatchError([&] { fault = ConvertRow(batch, row, slot); });
  MemoryContextSwitchTo(caller);
  if (error == nullptr) return fault;
  const bool is_exception = ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_DATA_EXCEPTION;
  if (judged_by_ == nullptr || !is_exception) ReThrowError(error);  // what made the values has failed
  return judged_by_;
}

// Fills the slot with row `row` of a batch; returns the constraint that it fails, nullptr if none.
const char* RowProducer::ConvertRow(const Batch& batch, std::size_t row, TupleTableSlot* slot) {
  ExecClearTuple(slot);
  Datum* values = slot->tts_values;
  bool* nulls = slot->tts_isnull;
  const std::size_t count = batch.columns.size();
  for (std::size_t i = 0; i < count; ++i) {
    const ColumnBuffer& column = batch.columns[i];
    values[i] = column.words()[row];
    nulls[i] = column.nulls()[row] != 0;
  }
  MemoryContext const caller = MemoryContextSwitchTo(row_context_);
  for (ServerColumn& column : columns_) {
    const int place = column.number - 1;
    const ColumnBuffer& buffer = batch.columns[static_cast<std::size_t>(place)];
    if (buffer.encoding == Encoding::InputText && !nulls[place]) {
      char* text = reinterpret_cast<char*>(values[place]);
      if (!column.may_refuse) {
        values[place] = InputFunctionCall(&column.input, text, column.input_parameter, column.type_modifier);
      } else if (const char* fault = TryInput(column, text, &values[place])) {
        MemoryContextSwitchTo(caller);
        return fault;
      }
    }
    if (column.default_value != nullptr)
      values[place] = ExecEvalExpr(column.default_value, GetPerTupleExprContext(estate_), &nulls[place]);
  }
  ExecStoreVirtualTuple(slot);
  const char* fault = computer_ == nullptr ? nullptr : ComputeColumns(computer_, slot, GetPerTupleExprContext(estate_));
  MemoryContextSwitchTo(caller);
  if (fault != nullptr) return fault;
  return needs_check_ ? FindFault(slot) : nullptr;
}

const char* RowProducer::FindFault(TupleTableSlot* slot) {
  MemoryContext const caller = MemoryContextSwitchTo(row_context_);
  ExprContext* const expressions = GetPerTupleExprContext(estate_);
  expressions->ecxt_scantuple = slot;
  const char* fault = nullptr;
  slot->tts_tableOid = RelationGetRelid(relation_);
  judged_by_ = "generated columns";
  if (has_generated_) ExecComputeStoredGenerated(result_relation_, estate_, slot, CMD_INSERT);
  for (const NeverNull& one : never_null_)
    if (slot->tts_isnull[one.column - 1]) fault = one.name;
  judged_by_ = "domains of the columns";
  for (const ServerColumn& column : columns_) {
    if (column.domain == nullptr || fault != nullptr) continue;
    fault = FindDomainFault(column, slot->tts_values[column.number - 1], slot->tts_isnull[column.number - 1]);
  }
  for (const ServerCheck& check : checks_) {
    if (fault != nullptr) break;
    expressions->ecxt_scantuple = slot;
    judged_by_ = check.name;
    if (!ExecCheck(check.state, expressions)) fault = check.name;
  }
  expressions->ecxt_scantuple = slot;
  if (fault == nullptr && partition_check_ != nullptr && !FitsPartition(partition_check_, slot, expressions))
    fault = "bounds of the partitions";
  if (fault == nullptr && arbiter_list_ != nullptr) {
    for (std::size_t i = 0; i < arbiter_oids_.size() && fault == nullptr; ++i) {
      if (ConflictsInIndex(result_relation_, arbiter_oids_[i], slot, estate_)) fault = arbiters_[i].name;
    }
  }
  ResetPerTupleExprContext(estate_);
  MemoryContextSwitchTo(caller);
  return fault;
}

const char* RowProducer::FindDomainFault(const ServerColumn& column, Datum value, bool is_null) {
  UpdateDomainConstraintRef(column.domain);
  ExprContext* const expressions = GetPerTupleExprContext(estate_);
  ListCell* cell = nullptr;
  foreach (cell, column.domain->constraints) {
    auto* constraint = static_cast<DomainConstraintState*>(lfirst(cell));
    if (constraint->constrainttype == DOM_CONSTRAINT_NOTNULL) {
      if (is_null) return "NOT NULL of a domain";
      continue;
    }
    expressions->domainValue_datum = MakeExpandedObjectReadOnly(value, is_null, column.length);
    expressions->domainValue_isNull = is_null;
    if (!ExecCheck(constraint->check_exprstate, expressions)) return pstrdup(constraint->name);
  }
  return nullptr;
}

// Copies a redrawn row out of the scratch batch, which the next attempt overwrites.
void RowProducer::KeepRow(TupleTableSlot* slot) {
  MemoryContext const caller = MemoryContextSwitchTo(batch_context_);
  TupleDesc const descriptor = slot->tts_tupleDescriptor;
  for (int i = 0; i < descriptor->natts; ++i) {
    Form_pg_attribute const attribute = TupleDescAttr(descriptor, i);
    if (slot->tts_isnull[i] || attribute->attbyval) continue;
    slot->tts_values[i] = datumCopy(slot->tts_values[i], false, attribute->attlen);
  }
  MemoryContextSwitchTo(caller);
}

}  // namespace dbmocker::server
