# Sums the samples of `perf script -F pid,ip,sym,dso` by process, phase and innermost function, for profile_load.
# A stack belongs to the first phase of the list below that one of its functions names. A sample is worth 1/frequency
# of a second. Variables: leader (pid), rows, top, frequency. Processes other than leader and parallel workers are
# left out.
function add_phase(name, functions) {
  phases[++phase_count] = name
  pattern[name] = functions
}

BEGIN {
  add_phase("index build", "RebuildIndexes|reindex_index|_bt_parallel_build_main|ExecInsertIndexTuples")
  add_phase("foreign keys", "ValidateReferences|RI_Initial_Check|RI_FKey")
  add_phase("describe and plan", "DescribeTable|GatherFacts|GatherSequences|PlanRows|PlanFacts|BuildPlan|SampleRows|" \
            "DecideWriter|ReadWriterFacts|ReviewWriter|UnpackFacts|PackFacts|HashPlan")
  add_phase("write-ahead log", "XLogInsert|XLogFlush")
  add_phase("extend and publish pages", "PageWriter::Publish|ExtendRelation|ExtendBufferedRel")
  add_phase("put rows on pages", "PageWriter::")
  add_phase("form rows", "TupleFormer|RowProducer::FormBatch|FormUser")
  add_phase("check rows", "RowProducer::CheckBatch|RowProducer::Convert|ExecCheck|RowProducer::FindFault")
  add_phase("make values", "Plan::Fill|RowProducer::|WriteHardCodedRows")
  add_phase("start and end workers", "LaunchParallelWorkers|InitializeParallelDSM|StartWorkers|EndWorkers|" \
            "RegisterDynamicBackgroundWorker|ParallelWorkerMain|BackgroundWorkerInitialize")
  add_phase("commit", "CommitTransaction")
  add_phase("other", "")
}

function end_sample(    role, i, phase) {
  if (pid == "") return
  role = pid == leader ? "leader" : stack ~ /ParallelWorkerMain/ ? "workers" : ""
  if (role != "") {
    for (i = 1; stack !~ pattern[phases[i]]; i++);
    phase = phases[i]
    if (role == "workers" && !(pid in seen)) {seen[pid]; worker_count++}
    total[role]++
    by_phase[role, phase]++
    if (by_function[role, phase, innermost]++ == 0)
      functions[role, phase] = functions[role, phase] "\n" innermost
  }
  pid = ""
}

function nanoseconds(samples) { return samples * 1e9 / frequency / rows }

# "0000 symbol (folder/library)" as "library: symbol", without arguments.
function short_name(    name, library) {
  name = $0
  sub(/^[ \t]*[0-9a-f]+ /, "", name)
  library = name
  sub(/.*\(/, "", library)
  sub(/\)$/, "", library)
  sub(/.*\//, "", library)
  sub(/ \([^()]*\)$/, "", name)
  if (library ~ /^\[?kernel|^\[unknown\]/ || name ~ /^\[k\]/) return name ~ /unknown/ ? "kernel: ?" : "kernel: " name
  if (name == "[unknown]") return library ": ?"
  gsub(/dbmocker::|server::|\(anonymous namespace\)::/, "", name)
  while (sub(/\([^()]*\)/, "", name));
  return library ": " substr(name, 1, 70)
}

/^ *[0-9]+ *$/ {
  end_sample()
  pid = $1
  stack = ""
  innermost = ""
  next
}

/^[ \t]+[0-9a-f]+ / {
  if ($0 !~ /\(inlined\)/) {
    if (innermost == "") innermost = short_name()
    else if (innermost ~ /: \?$/ && $0 !~ /\[unknown\]/) innermost = innermost " < " short_caller()
  }
  stack = stack "\n" $0
}

function short_caller(    name) {
  name = short_name()
  sub(/^[^ ]*: /, "", name)
  return name
}

function print_phase(role, phase,    list, count, i, k, most, best, samples, shown) {
  printf "  %-52s %5.1f %%  %7.1f\n", phase, 100 * by_phase[role, phase] / total[role], \
         nanoseconds(by_phase[role, phase])
  count = split(substr(functions[role, phase], 2), list, "\n")
  for (k = 0; k < top && k < count; k++) {
    most = 0
    for (i = 1; i <= count; i++) {
      samples = by_function[role, phase, list[i]]
      if (i in shown || samples <= most) continue
      most = samples
      best = i
    }
    shown[best]
    printf "    %-50s %5.1f %%  %7.1f\n", list[best], 100 * most / total[role], nanoseconds(most)
  }
}

END {
  end_sample()
  for (r = 1; r <= 2; r++) {
    role = r == 1 ? "leader" : "workers"
    if (total[role] == 0) continue
    printf "\n%s: %d samples, %.0f ns of processor time a row\n", \
           role == "leader" ? role : worker_count " worker processes", total[role], nanoseconds(total[role])
    printf "  %-52s %7s  %7s\n", "", "share", "ns/row"
    for (i = 1; i <= phase_count; i++)
      if (by_phase[role, phases[i]] > 0) print_phase(role, phases[i])
  }
  if (total["leader"] + total["workers"] == 0) print "no samples of the load"
}
