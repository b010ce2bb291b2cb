# Indexes of every kind are valid after a load: B-trees by amcheck, and each index by a query that gives the same rows
# through it as without it. Uniqueness is checked over all rows, by the index' own idea of what is equal.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('index_kinds', conf => 'maintenance_work_mem = 1MB');
# Index, and a condition that it serves; %s is a value of the column from a row in the middle.
my @indexes = (
  [ 'btree', '(born DESC NULLS FIRST, id)', 'born = %s', 'born' ],
  [ 'btree_partial', '(name) WHERE id % 3 = 0', 'name = %s AND id % 3 = 0', 'name' ],
  [ 'btree_expression', '(upper(name), (id / 7))', 'upper(name) = upper(%s)', 'name' ],
  [ 'btree_include', '(city) INCLUDE (name, id)', 'city = %s', 'city' ],
  [ 'btree_collated', '(name COLLATE "C" text_pattern_ops)', 'name COLLATE "C" ~>=~ %s', 'name' ],
  [ 'hash', 'USING hash (email)', 'email = %s', 'email' ],
  [ 'gin_array', 'USING gin (tags)', 'tags && %s', 'tags' ],
  [ 'gin_jsonb', 'USING gin (doc jsonb_path_ops)', 'doc @> %s', 'doc' ],
  [ 'gist_point', 'USING gist (place)', q{place <@ circle(%s, 20)}, 'place' ],
  [ 'gist_range', 'USING gist (during)', 'during && %s', 'during' ],
  [ 'spgist_text', 'USING spgist (email)', q{email ^@ left(%s, 3)}, 'email' ],
  [ 'spgist_inet', 'USING spgist (address)', 'address <<= set_masklen(%s, 8)', 'address' ],
  [ 'brin', 'USING brin (address inet_inclusion_ops) WITH (pages_per_range = 4)', 'address <<= set_masklen(%s, 8)',
    'address' ],
  [ 'brin_bloom', 'USING brin (born date_bloom_ops)', 'born = %s', 'born' ]);
my $columns = q{(id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text, city text, born date, tags int[],
  doc jsonb, place point, during tsrange, address inet)};

# Row ids by a condition, through the index that is named or without any; undef if the plan does not use it.
sub rows_by
{
  my ($target, $condition, $index) = @_;
  my $on = defined $index ? 'on' : 'off';
  my $settings = join '; ', 'SET enable_seqscan = ' . (defined $index ? 'off' : 'on'),
    map { "SET enable_${_}scan = $on" } qw(index bitmap indexonly);
  # Other indexes out of the way, for the length of a transaction.
  my $others = defined $index ? "SELECT format('DROP INDEX %I', indexrelid::regclass) FROM pg_index
    WHERE indrelid = '$target'::regclass AND indexrelid <> '$index'::regclass AND NOT indisunique \\gexec\n" : '';
  my $query = "SELECT count(*), md5(string_agg(id::text, ',' ORDER BY id)) FROM $target WHERE $condition";
  my @lines = split /\n/,
    $node->safe_psql('postgres', "$settings; BEGIN;\n${others}EXPLAIN (COSTS OFF) $query;\n$query; ROLLBACK;");
  my $rows = pop @lines;
  return if defined $index && !grep { /\b\Q$index\E\b/ } @lines;
  return $rows;
}

for my $strategy (qw(bulk parallel_bulk))
{
  my $target = "of_$strategy";
  $node->safe_psql('postgres', "CREATE TABLE $target $columns");
  $node->safe_psql('postgres', "CREATE INDEX ${target}_$_->[0] ON $target $_->[1]") for @indexes;
  # Into the empty table, then beside rows of other hands, of which some are dead.
  my $load = "SELECT rows, writer FROM dbmocker.generate('$target', 6000, options => "
    . qq['{"insertion_strategy": "$strategy", "max_workers": 2, "null_probability": 0.05}')];
  is($node->safe_psql('postgres', "$load; INSERT INTO $target (id, email) SELECT -i, i FROM generate_series(1, 2000) i;
    DELETE FROM $target WHERE id % 10 = 0; UPDATE $target SET name = 'x' WHERE id % 50 = 1; $load"),
    "6000|$strategy\n6000|$strategy", "$strategy: loaded");
  is($node->safe_psql('postgres', "SELECT count(*) FROM pg_index WHERE indrelid = '$target'::regclass AND NOT
    (indisvalid AND indisready AND indislive)"), '0', "$strategy: every index is valid");
  $node->safe_psql('postgres', "ANALYZE $target");
  for my $case (@indexes)
  {
    my ($kind, undef, $condition, $column) = @$case;
    my $value = $node->safe_psql('postgres', "SELECT quote_literal($column) || '::' || pg_typeof($column) FROM $target
      WHERE $column IS NOT NULL AND id > 0 AND id % 3 = 0 ORDER BY id LIMIT 1 OFFSET 1500");
    my $text = sprintf $condition, $value;
    my $expected = rows_by($target, $text);
    unlike($expected, qr/^0\|/, "$strategy, $kind: there is something to find");
    is(rows_by($target, $text, "${target}_$kind"), $expected, "$strategy, $kind: found through the index");
  }
  is_sound($node, $strategy);
}

# An index by which more values are equal than by the type: the rebuild finds them, and nothing is kept.
$node->safe_psql('postgres', q{
  CREATE FUNCTION compare_rests(a bigint, b bigint) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT (a % 5000 > b % 5000)::int - (a % 5000 < b % 5000)::int';
  CREATE OPERATOR CLASS rest_ops FOR TYPE bigint USING btree AS FUNCTION 1 compare_rests(bigint, bigint);
  CREATE TABLE rests (id bigint);
  CREATE UNIQUE INDEX ON rests (id rest_ops);
});
for my $strategy (qw(bulk parallel_bulk))
{
  my $load = "SELECT rows FROM dbmocker.generate('rests', %d, options => '{\"insertion_strategy\": \"$strategy\"}')";
  my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n" . sprintf $load, 6000);
  like($err, qr/ERROR:  23505: could not create unique index/, "$strategy: what the index calls equal is refused");
  is_left_alone($node, 'rests', 0, $strategy);
}
is($node->safe_psql('postgres', q{SELECT rows FROM dbmocker.generate('rests', 3000,
  options => '{"insertion_strategy": "parallel_bulk"}')}), '3000', 'fewer rows are kept');

# A constraint that only its index can keep is kept row by row.
$node->safe_psql('postgres', q{CREATE TABLE stays (id bigint PRIMARY KEY, during int4range NOT NULL,
  EXCLUDE USING gist (int4range(lower(during), upper(during)) WITH &&))});
my (undef, undef, $err) = $node->psql('postgres', load('stays', 300));
like($err, qr/DETAIL:  The reason: a key that only its index can keep/, 'exclusion: refused by name');
is($node->safe_psql('postgres', q{SELECT writer FROM dbmocker.generate('stays', 20);
  SELECT count(*) FROM stays a JOIN stays b ON a.during && b.during AND a.id < b.id}), "batch\n0",
  'exclusion: kept by another writer');
is_sound($node, 'exclusion');
$node->stop;
done_testing();
