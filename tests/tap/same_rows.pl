# Every writer makes the same rows, whatever the number of workers, the size of batches and the number of runs: with
# keys, rows that are drawn again, parents of several kinds, rows out of line, defaults and generated columns.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('same_rows', conf => "dbmocker.reference_time = '2025-01-01'");
$node->safe_psql('postgres', q{
  CREATE TABLE dense (id bigint PRIMARY KEY);
  INSERT INTO dense SELECT generate_series(1, 5000);
  CREATE TABLE sparse (id bigint PRIMARY KEY);
  INSERT INTO sparse SELECT i * i FROM generate_series(1, 3000) i;
  CREATE TABLE named (name text PRIMARY KEY, other uuid UNIQUE);
  INSERT INTO named SELECT 'n' || md5(i::text), md5(i::text)::uuid FROM generate_series(1, 700) i;
  CREATE TABLE pairs (a int, b text, PRIMARY KEY (a, b));
  INSERT INTO pairs SELECT i / 10, 'b' || i % 10 FROM generate_series(1, 900) i;
  CREATE FUNCTION is_fine(v int) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v % 7 <> 3';
  CREATE DOMAIN odd AS int CHECK (VALUE % 2 = 1);
});
# Each with the number of its rows: enough for every worker to get some.
my %table = (
  mixed => [ 40_000, q{(id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name varchar(30),
    age int CHECK (is_fine(age)),
    price numeric(10,2) DEFAULT 7, tags text[], token uuid, seen timestamptz, odd odd, flag boolean NOT NULL,
    twice int GENERATED ALWAYS AS (age * 2) STORED, CHECK (name <> email), CHECK (age IS NULL OR age < 90))} ],
  children => [ 40_000, q{(id bigserial PRIMARY KEY, dense bigint NOT NULL REFERENCES dense,
    sparse bigint REFERENCES sparse, name text REFERENCES named, other uuid NOT NULL REFERENCES named (other),
    a int, b text, self bigint REFERENCES children, FOREIGN KEY (a, b) REFERENCES pairs)} ],
  long => [ 18_000, q{(id bigint PRIMARY KEY, body text CHECK (length(body) = 2500),
    shadow text GENERATED ALWAYS AS (CASE WHEN id % 500 = 0 THEN repeat(md5(id::text), 300) END) STORED)} ],
  narrow => [ 40_000, q{(a int, b smallint)} ],
  solved => [ 40_000, q{(kind text CHECK (kind IN ('x', 'y')), n int CHECK (n BETWEEN 1 AND 25000),
    PRIMARY KEY (kind, n), starts date NOT NULL, ends date, CHECK (starts < ends), a int, b int,
    CHECK ((a IS NULL) <> (b IS NULL)),
    code text NOT NULL CHECK (code ~ '^[A-Z]{3}-[0-9]{4}$'), CHECK (kind = 'x' OR a IS NULL OR a > 500))} ]);
my $wide = join ', ', map { "c$_ text" } 1 .. 60;
$table{wide} = [ 18_000, "(id int PRIMARY KEY, $wide)" ];
my %settings = (long => 'ALTER TABLE %s ALTER body SET STORAGE EXTERNAL, ALTER shadow SET STORAGE EXTERNAL');

# Options, and whether workers have to take part.
my @ways = ([ '"insertion_strategy": "single"', 0 ], [ '"insertion_strategy": "batch"', 0 ],
  [ '"insertion_strategy": "bulk", "batch_size": 333', 0 ],
  map { [ qq("insertion_strategy": "parallel_bulk", "max_workers": $_->[0], "batch_size": $_->[1]), $_->[0] ] }
    ([ 0, '"auto"' ], [ 1, '"auto"' ], [ 2, 7 ], [ 2, 20_000 ], [ 4, 999 ]));

for my $name (sort keys %table)
{
  my ($rows, $columns) = @{ $table{$name} };
  my $expected;
  my $order = $columns =~ /^\(id/ ? 'id' : 't';
  for my $way (@ways, 'appended runs')
  {
    # Values of a small key that are stored already are passed over in order.
    my $appending = $name eq 'solved' ? 'auto' : 'parallel_bulk';
    my ($options, $workers) = ref $way ? @$way : (qq("insertion_strategy": "$appending"), 0);
    my @parts = ref $way ? ($rows) : (1_500, $rows - 12_000, 10_500);
    $node->safe_psql('postgres', "DROP TABLE IF EXISTS $name; CREATE TABLE $name $columns;"
      . sprintf($settings{$name} // '', $name));
    my $started = $node->safe_psql('postgres', join ' ',
      map { "SELECT workers FROM dbmocker.generate('$name', $_, options => '{$options}');" } @parts);
    my $what = "$name, " . (ref $way ? $options : $way);
    is($started, $workers, "$what: workers") if $workers > 0;
    my $digest = digest($node, $name, $order);
    $expected //= $digest;
    is($digest, $expected, "$what: the same rows");
  }
  is($node->safe_psql('postgres', "SELECT * FROM dbmocker.verify('$name') WHERE violations > 0"), '',
    "$name: every constraint holds");
}
cmp_ok($node->safe_psql('postgres', q{SELECT pg_table_size('long') / pg_relation_size('long')}), '>', 5,
  'rows were out of line');
is_sound($node, 'all');
$node->stop;
done_testing();
