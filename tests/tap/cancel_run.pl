# A run that is cancelled, timed out or whose backend is terminated arrives as what it is and leaves nothing behind:
# no row, no lock, no state. Needs a server of its own.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('cancel');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
  CREATE EXTENSION dbmocker;
  CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2) CHECK (price > 0));
  SELECT dbmocker.generate('items', 100);
});
my $slow = q{SELECT dbmocker.generate('items', 200000000)};

sub left_as_it_was
{
  my ($what) = @_;
  is($node->safe_psql('postgres', 'SELECT count(*), max(id) FROM items'), '100|100', "$what: the table is as it was");
  is($node->safe_psql('postgres', 'SELECT next_row FROM dbmocker.target_state'), '100', "$what: so is the next row");
  is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE relation = 'items'::regclass}), '0',
    "$what: no lock is left");
}

# Waits until the run holds its lock and has written something.
sub wait_for_run
{
  $node->poll_query_until('postgres',
    q{SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%200000000%' AND state = 'active'
      AND pid <> pg_backend_pid() AND pg_relation_size('items') > 1000000});
}

my ($out, $err);
$node->psql('postgres', "SET statement_timeout = '300ms'; $slow", stdout => \$out, stderr => \$err);
like($err, qr/canceling statement due to statement timeout/, 'a timeout arrives as a timeout');
left_as_it_was('timeout');

for my $how ('pg_cancel_backend', 'pg_terminate_backend')
{
  my $stderr = '';
  my $run = IPC::Run::start(
    [ 'psql', '-X', '-d', $node->connstr('postgres'), '-c', $slow ],
    '>', \my $stdout, '2>', \$stderr);
  wait_for_run();
  $node->safe_psql('postgres',
    "SELECT $how(pid) FROM pg_stat_activity WHERE query LIKE '%200000000%' AND pid <> pg_backend_pid()");
  $run->finish;
  like($stderr, $how eq 'pg_cancel_backend' ? qr/canceling statement due to user request/
    : qr/terminating connection due to administrator command/, "$how arrives as itself");
  left_as_it_was($how);
}

# Inside a block that catches the error the session goes on, and the next run is right.
is($node->safe_psql('postgres', q{
  SET statement_timeout = '300ms';
  CREATE FUNCTION try_slow() RETURNS text LANGUAGE plpgsql AS $$
  BEGIN PERFORM dbmocker.generate('items', 200000000); RETURN 'done';
  EXCEPTION WHEN query_canceled THEN RETURN 'canceled'; END $$;
  SELECT try_slow();
  SET statement_timeout = 0;
  SELECT (dbmocker.generate('items', 10)).first_row;
  SELECT count(*), max(id) FROM items;
}), "canceled\n100\n110|110", 'a caught cancel leaves the session usable');
$node->stop;
done_testing();
