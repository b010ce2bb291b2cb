# Generated rows reach a physical standby and a logical subscriber as they are; a standby refuses to generate.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $sum = q{SELECT count(*), md5(string_agg(p::text, ',' ORDER BY id)) FROM parcels p};
my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', 'wal_consistency_checking = all');
$primary->start;
$primary->safe_psql('postgres', q{
  CREATE EXTENSION dbmocker;
  CREATE TABLE parcels (id bigint PRIMARY KEY, receiver text NOT NULL, city text, weight numeric(8,3),
    sent timestamptz);
  CREATE PUBLICATION all_parcels FOR TABLE parcels;
});
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;
$subscriber->safe_psql('postgres',
  'CREATE TABLE parcels (id bigint PRIMARY KEY, receiver text NOT NULL, city text, weight numeric(8,3),
    sent timestamptz)');
my $connection = $primary->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION parcels CONNECTION '$connection' PUBLICATION all_parcels");
$subscriber->wait_for_subscription_sync($primary, 'parcels');

$primary->safe_psql('postgres', q{
  SELECT dbmocker.generate('parcels', 20000);
  SELECT dbmocker.generate('parcels', 500, options => '{"insertion_strategy": "single"}');
  BEGIN; SELECT dbmocker.generate('parcels', 3000); ROLLBACK;
});
my $expected = $primary->safe_psql('postgres', $sum);
like($expected, qr/^20500\|/, 'the rolled-back run left nothing');
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $sum), $expected, 'the standby has the same rows');
$primary->wait_for_catchup('parcels');
is($subscriber->safe_psql('postgres', $sum), $expected, 'the subscriber has the same rows');

my ($code, $out, $err) = $standby->psql('postgres', q{SELECT dbmocker.generate('parcels', 1)});
like($err, qr/cannot execute dbmocker\.generate\(\) during recovery/, 'a standby refuses to generate');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM dbmocker.rows(NULL::parcels, 10)}), '10', 'but shows rows');

$standby->promote;
is($standby->safe_psql('postgres', $sum), $expected, 'promoted, it still has them');
is($standby->safe_psql('postgres', q{SELECT (dbmocker.generate('parcels', 10)).first_row}), '20500', 'and goes on');
$_->stop for $subscriber, $standby, $primary;
done_testing();
