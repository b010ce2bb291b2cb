# Loads by the parallel page writer on a streaming standby that checks each replayed page against the primary's
# (wal_consistency_checking), before and after its promotion; and at a logical subscriber.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $table = q{(id bigint PRIMARY KEY, receiver text NOT NULL, city text, weight numeric(8,3), sent timestamptz)};
my $primary = new_server('primary', allows_streaming => 'logical', conf => 'wal_consistency_checking = all');
$primary->safe_psql('postgres', qq{
  CREATE TABLE parcels $table;
  CREATE INDEX ON parcels (receiver);
  CREATE INDEX ON parcels USING hash (city);
  CREATE INDEX ON parcels USING brin (sent);
  CREATE TABLE plain (id bigint, name text);
  CREATE TABLE letters (id bigint, body text CHECK (length(body) = 3000),
    copy text GENERATED ALWAYS AS (md5(body)) STORED);
  ALTER TABLE letters ALTER body SET STORAGE EXTERNAL;
  ALTER TABLE plain REPLICA IDENTITY FULL;
  CREATE PUBLICATION parcels FOR TABLE parcels, plain;
});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;
$subscriber->safe_psql('postgres', "CREATE TABLE parcels $table; CREATE TABLE plain (id bigint, name text)");
my $connection = $primary->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION parcels CONNECTION '$connection' PUBLICATION parcels");
$subscriber->wait_for_subscription_sync($primary, 'parcels');

# Into an empty table, into one with rows (indexes are rebuilt again), rolled back, and with rows out of line.
$primary->safe_psql('postgres', load('parcels', 20_000) . load('parcels', 15_000) . 'BEGIN;' . load('parcels', 12_000)
  . 'ROLLBACK;' . load('plain', 30_000) . load('letters', 1_500));

# Rows of a subtransaction are not decoded from pages: the run falls back, and says why.
my $in_block = q{BEGIN; SAVEPOINT s; SELECT writer FROM dbmocker.generate('plain', 20000); COMMIT;};
is($primary->safe_psql('postgres', $in_block), 'batch', 'a subtransaction is written in batches');
like($primary->safe_psql('postgres', q{BEGIN; SAVEPOINT s;
  SELECT method, detail FROM dbmocker.plan('plain', 20000) WHERE object = 'table' AND kind = 'writer'; COMMIT;}),
  qr/^batch\|.*subtransaction.*logical replication/, 'the plan says why');
my (undef, undef, $err) = $primary->psql('postgres', 'BEGIN; SAVEPOINT s; ' . load('plain', 20_000));
like($err, qr/ERROR:  writer "parallel_bulk" cannot be used.*DETAIL:  The reason: inside a subtransaction/s,
  'asked for by name, it is refused');
is($primary->safe_psql('postgres', q{SELECT writer FROM dbmocker.generate('plain', 20000)}), 'parallel_bulk',
  'the transaction itself is written in pages');

my %expected = map { $_ => digest($primary, $_, 'id') } qw(parcels plain letters);
like($expected{parcels}, qr/^35000\|/, 'the rolled-back load left nothing');
like($expected{plain}, qr/^70000\|/, 'the refused one neither');
$primary->wait_for_catchup($standby);
is(digest($standby, $_, 'id'), $expected{$_}, "$_: the standby has the same rows") for sort keys %expected;
is($standby->safe_psql('postgres', q{
  SET enable_seqscan = off;
  SELECT count(*), count(DISTINCT id) FROM parcels WHERE id >= 0 AND receiver >= ''}), '35000|35000',
  'and finds them through its indexes');
is_sound($standby, 'standby');
$primary->wait_for_catchup('parcels');
is(digest($subscriber, $_, 'id'), $expected{$_}, "$_: the subscriber has the same rows") for qw(parcels plain);

# A transaction that is decoded together with other changes to the same rows.
$primary->safe_psql('postgres', 'BEGIN; INSERT INTO plain VALUES (-1, $$first$$); ' . load('plain', 30_000) .
  q{UPDATE plain SET id = -2 WHERE id = -1; INSERT INTO plain VALUES (-3, 'last'); COMMIT});
$primary->wait_for_catchup('parcels');
is(digest($subscriber, 'plain', 'id'), digest($primary, 'plain', 'id'), 'so it has with other changes around a load');

# A load that has not ended when the standby is promoted is not there; the new primary loads in its turn.
my $session = start_session($primary, 'BEGIN;' . load('plain', 200_000));
wait_for_pages($standby, 'plain', 5_000_000);
$expected{plain} = digest($standby, 'plain', 'id');
$standby->promote;
is(digest($standby, $_, 'id'), $expected{$_}, "$_: the same after promotion") for sort keys %expected;
$standby->safe_psql('postgres', load($_, 20_000)) for qw(parcels plain);
is($standby->safe_psql('postgres', q{SELECT count(*), count(DISTINCT id), count(DISTINCT receiver) > 0 FROM parcels}),
  '55000|55000|t', 'the promoted standby loads on');
is_sound($standby, 'promoted standby');
unlike(slurp_file($_->logfile), qr/inconsistent page found|PANIC/, $_->name . ': no inconsistent page')
  for $primary, $standby;
$standby->stop;
command_ok([ 'pg_checksums', '--check', '-D', $standby->data_dir ], 'checksums of the promoted standby are right');
finish_session($session);
$subscriber->stop('immediate');
$primary->stop('immediate');
done_testing();
