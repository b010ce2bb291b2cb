# Turns data/*.txt into src/core/word_list_data.cpp: constant arrays of std::string_view, no dynamic initialisers.
# Must stay plain POSIX awk. Run: awk -f data/embed_word_lists.awk data/*.txt > src/core/word_list_data.cpp
# A list given_names.txt becomes kGivenNames; lines starting with # and empty lines are left out; a list whose lines
# hold tabs becomes an array of records with one field per column. src/core/word_lists.h declares what comes out.

BEGIN {
  FS = "\t"
  print "// Generated from data/*.txt by data/embed_word_lists.awk. Do not edit."
  print "#include \"core/word_lists.h\""
  print ""
  print "namespace dbmocker {"
}

function Quote(text) {
  gsub(/\\/, "\\\\", text)
  gsub(/"/, "\\\"", text)
  return "\"" text "\""
}

function ListName(path,    parts, words, count, i, name) {
  count = split(path, parts, "/")
  sub(/\.txt$/, "", parts[count])
  count = split(parts[count], words, "_")
  name = "k"
  for (i = 1; i <= count; ++i) name = name toupper(substr(words[i], 1, 1)) substr(words[i], 2)
  return name
}

function EndList() {
  if (list == "") return
  print "};"
  print "}  // namespace"
  if (fields > 1) print "constinit const RecordList<" fields "> " list "{" list "Data};"
  else print "constinit const WordList " list "{" list "Data};"
}

FNR == 1 {
  EndList()
  list = ListName(FILENAME)
  fields = 0
}

/^#/ || /^[ \t]*$/ { next }

{
  sub(/\r$/, "")
  if (fields == 0) {
    fields = NF
    print ""
    print "namespace {"
    if (fields > 1) print "constexpr Record<" fields "> " list "Data[] = {"
    else print "constexpr std::string_view " list "Data[] = {"
  }
  if (NF != fields) {
    print FILENAME ":" FNR ": " NF " fields instead of " fields > "/dev/stderr"
    failed = 1
    exit 1
  }
  if (fields == 1) {
    print "    " Quote($1) ","
    next
  }
  line = "    Record<" fields ">{"
  for (i = 1; i <= NF; ++i) line = line (i > 1 ? ", " : "") Quote($i)
  print line "},"
}

END {
  if (failed) exit 1
  EndList()
  print ""
  print "}  // namespace dbmocker"
}
