# Rules, options and presets travel through dump and restore by name: after renames, beside dropped columns, into a
# database where every OID and some column numbers are others. What is dropped is not dumped.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('configuration');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE source; CREATE DATABASE restored;');
$node->safe_psql('source', q{
  CREATE EXTENSION dbmocker;
  CREATE ROLE keeper;
  CREATE SCHEMA "old place" AUTHORIZATION keeper;
  SET ROLE keeper;
  CREATE TABLE "old place".guests (useless text, extra text, years int, "Kind of guest" text);
  CREATE TABLE "old place".gone (id int);
  SELECT dbmocker.set_rule('"old place".guests', 'years', '{"min": 30, "max": 39, "null_probability": 0}');
  SELECT dbmocker.set_rule('"old place".guests', 'Kind of guest',
    '{"weighted_values": {"day": 3, "night": 1}, "null_probability": 0}');
  SELECT dbmocker.set_rule('"old place".guests', 'extra', '{"min_length": 3}');
  SELECT dbmocker.set_rule('"old place".gone', 'id', '{"min": 3}');
  SELECT dbmocker.set_options('"old place".guests', '{"batch_size": 17}');
  RESET ROLE;
  SELECT dbmocker.set_preset('house', '{"max_attempts": 99}');
  SELECT dbmocker.set_options(NULL, '{"performance_mode": "house"}');
  ALTER TABLE "old place".guests RENAME TO "new.guests";
  ALTER TABLE "old place"."new.guests" RENAME COLUMN years TO "Age in years";
  ALTER SCHEMA "old place" RENAME TO "new place";
  ALTER TABLE "new place"."new.guests" DROP COLUMN useless, DROP COLUMN extra;
  DROP TABLE "new place".gone;
});
my $dump = $node->basedir . '/source.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', 'source', '-p', $node->port, '-h', $node->host ], 'dumped');
$node->safe_psql('restored', 'CREATE TABLE shift_the_oids (id serial PRIMARY KEY, t text)');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', '-p', $node->port, '-h', $node->host, $dump ],
  'restored');

for my $view ('rules ORDER BY column_name', 'target_options ORDER BY target', 'presets ORDER BY name')
{
  my $query = "SELECT * FROM dbmocker.$view";
  my $source = $node->safe_psql('source', $query);
  isnt($source, '', "$view: there is something to lose");
  is($node->safe_psql('restored', $query), $source, "$view: the same");
}
is($node->safe_psql('source', 'SELECT count(*) FROM dbmocker.column_rules'), '2', 'what is dropped is forgotten');

# They work there: by the values, and by the origins that are told.
my $load = q{SELECT dbmocker.generate('"new place"."new.guests"', 4000, 1)};
my $sum = q{SELECT md5(string_agg(g::text, ',' ORDER BY g::text)), min("Age in years"), max("Age in years"),
  abs(count(*) FILTER (WHERE "Kind of guest" = 'day') - 3000) < 150 FROM "new place"."new.guests" g};
$node->safe_psql($_, $load) for 'source', 'restored';
like($node->safe_psql('source', $sum), qr/\|30\|39\|t$/, 'the rules are followed');
is($node->safe_psql('restored', $sum), $node->safe_psql('source', $sum), 'and give the same rows');
is($node->safe_psql('restored',
    q{SELECT option, value, origin FROM dbmocker.options('"new place"."new.guests"')
      WHERE origin <> 'default' ORDER BY 1}),
  qq(batch_size|17|target\nmax_attempts|99|preset house\nperformance_mode|"house"|database), 'options are in force');

# The owner may go on there; a second restore of a dump of the restored one is the same again.
is($node->safe_psql('restored', q{SET ROLE keeper; SELECT count(*) FROM dbmocker.rules}), '2', 'the owner sees them');
$node->safe_psql('restored', q{SET ROLE keeper; SELECT dbmocker.drop_rule('"new place"."new.guests"')});
is($node->safe_psql('restored', 'SELECT count(*) FROM dbmocker.column_rules'), '0', 'and may drop them');

# Without the extension the tables are as any others; created again, it starts empty.
$node->safe_psql('source', 'DROP EXTENSION dbmocker; DROP TABLE "new place"."new.guests"; CREATE EXTENSION dbmocker');
is($node->safe_psql('source', 'SELECT count(*) FROM dbmocker.rules'), '0', 'created again, it has no rules');

# Where event triggers do not fire, dropped targets are not seen either.
$node->safe_psql('source', q{
  CREATE TABLE brief (id int);
  SELECT dbmocker.set_rule('brief', 'id', '{"min": 3}');
  SET session_replication_role = replica;
  DROP TABLE brief;
});
is($node->safe_psql('source', 'SELECT count(*) FROM dbmocker.rules'), '0', 'a rule without a table is not shown');
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', 'source', '-p', $node->port, '-h', $node->host ],
  'and does not end in a dump');
$node->safe_psql('postgres', 'DROP DATABASE restored; CREATE DATABASE restored;');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', '-p', $node->port, '-h', $node->host, $dump ],
  'which can be restored');
is($node->safe_psql('restored', 'SELECT count(*) FROM dbmocker.column_rules'), '0', 'without the rule');

done_testing();
