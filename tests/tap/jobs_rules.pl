# Jobs follow rules as generate() does: the same rows, whatever stored rows they repeat or take rules from, although the
# chunks add to those rows; and tables that refer to each other are emptied together.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('jobs_rules');
$node->safe_psql('postgres', q{
  CREATE ROLE seeder LOGIN;
  CREATE SCHEMA shop AUTHORIZATION seeder;
  SET ROLE seeder;
  SET search_path = shop;
  CREATE TABLE kinds (code text PRIMARY KEY);
  INSERT INTO kinds SELECT 'k' || i FROM generate_series(1, 20) i;
});
sub as_seeder { return $node->safe_psql('postgres', "SET ROLE seeder; SET search_path = shop; $_[0]"); }

my $columns = 'id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE,'
  . ' kind text NOT NULL REFERENCES kinds, level int, rate numeric(8,2), name text, note text';
my %rules = (
  code => '{"pattern": "[A-Z]{4}\\\\d{5}"}',
  kind => '{"weighted_values": {"k1": 3, "k7": 1}}',
  rate => '{"depends_on": "kind", "min": 1, "max": 5000}',
  note => '{"template": "{{name}} of {{city}}: {{code}}", "locale": "it_IT"}');
my %options = (
  rules => '{"columns": {' . join(', ', map { qq("$_": $rules{$_}) } sort keys %rules) . '}, "locale": "de_DE"',
  reuse => '{"global_duplicate_enabled": true, "global_duplicate_strategy": "fast_data_reuse",'
    . ' "reuse_probability": 0.5, "sample_size": 300',
  suggested => '{"analyze_existing_data": true, "sample_size": 500');

sub rows_digest
{
  return as_seeder("SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY t::text)) FROM $_[0] t");
}

for my $way (sort keys %options)
{
  my $arguments = qq('things', 25000, 5, '$options{$way}, "reference_time": "2026-01-01"}');
  my $start = qq(DROP TABLE IF EXISTS things; CREATE TABLE things ($columns);
    SELECT dbmocker.generate('things', 1000, 1, '{"columns": {"level": {"weighted_values": {"3": 2, "9": 1}}}}'););
  as_seeder("$start SELECT dbmocker.generate($arguments)");
  my $expected = rows_digest('things');
  my $repeated = as_seeder("SELECT count(*) - count(DISTINCT name) FROM things WHERE id > 1000");
  as_seeder($start);
  my $job = as_seeder("SELECT dbmocker.submit($arguments)");
  is(as_seeder("SELECT dbmocker.wait($job, '2 min')"), 'done', "$way: done");
  cmp_ok(as_seeder("SELECT count(*) FROM things"), '>', 12000, "$way: all rows");
  is(rows_digest('things'), $expected, "$way: the rows of one run");
  cmp_ok($repeated, '>', 5000, 'half of the rows repeat others') if $way eq 'reuse';
  is(as_seeder("SELECT string_agg(DISTINCT level::text, ' ') FROM things"), '3 9', 'values as those stored')
    if $way eq 'suggested';
  is(as_seeder("SELECT count(*) FROM dbmocker.verify('things'::regclass) WHERE violations > 0"), '0', "$way: sound");
}

# Emptied first, with a table that refers to the other; a job that does not empty adds.
as_seeder('CREATE TABLE orders (id serial PRIMARY KEY, thing int REFERENCES things)');
my $schema = q{SELECT dbmocker.submit_schema('shop', tables => '{"things": 700, "orders": 900}',
  options => '{"truncate": %s}')};
for my $round (['true', '700|900'], ['true', '700|900'], ['false', '1400|1800'])
{
  my $job = as_seeder(sprintf $schema, $round->[0]);
  is(as_seeder("SELECT dbmocker.wait($job, '2 min')"), 'done', "truncate $round->[0]");
  is(as_seeder('SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM orders)'), $round->[1], 'rows');
}
done_testing();
