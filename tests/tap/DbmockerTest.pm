# Helpers of the TAP tests of loads: a server with what they need, sessions that run beside the test, loads by a named
# writer, and the checks of what a load left behind. Read first: new_server, start_session.
package DbmockerTest;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

our @EXPORT = qw(new_server load start_session send_to run_in
  finish_session session_pid wait_until wait_for_pages workers_of kill_hard
  wait_for_restart is_sound is_left_alone digest usleep);

# A started server with checksums, amcheck and the extension; `conf` is appended to its settings.
sub new_server
{
  my ($name, %params) = @_;
  my $node = PostgreSQL::Test::Cluster->new($name);
  $node->init(extra => ['--data-checksums'], allows_streaming => $params{allows_streaming} // 0);
  $node->append_conf('postgresql.conf', join "\n", 'fsync = off', 'shared_buffers = 32MB', 'max_wal_size = 1GB',
    'max_connections = 40', 'max_worker_processes = 16', 'max_parallel_workers = 8',
    'max_parallel_maintenance_workers = 2', 'log_statement = none', 'restart_after_crash = on', 'autovacuum = off',
    $params{conf} // '');
  $node->start;
  $node->safe_psql('postgres', 'CREATE EXTENSION dbmocker; CREATE EXTENSION amcheck;');
  return $node;
}

# The call that loads rows by parallel_bulk with one worker; `options` as JSON without braces go on top.
sub load
{
  my ($target, $rows, $options) = @_;
  $options = join ', ', q{"insertion_strategy": "parallel_bulk", "max_workers": 1}, $options // ();
  return "SELECT rows FROM dbmocker.generate('$target', $rows, options => '{$options}');";
}

# A psql that runs beside the test and reads statements as they come (run_in) until finish_session.
sub start_session
{
  my ($node, $statements) = @_;
  my $session = { in => '', out => '', err => '', marks => 0 };
  $session->{timer} = IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default);
  $session->{psql} = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$session->{in}, '>',
    \$session->{out}, '2>', \$session->{err}, $session->{timer});
  $session->{pid} = run_in($session, 'SELECT pg_backend_pid();');
  send_to($session, $statements) if defined $statements;
  return $session;
}

# Hands statements to the session without waiting for them.
sub send_to
{
  my ($session, $statements) = @_;
  $session->{in} .= "$statements\n";
  IPC::Run::pump_nb($session->{psql});
}

# Runs statements in the session to their end; returns what they printed.
sub run_in
{
  my ($session, $statements) = @_;
  my $mark = 'done ' . ++$session->{marks};
  $session->{out} = '';
  send_to($session, "$statements\n\\echo $mark");
  IPC::Run::pump($session->{psql}) until $session->{out} =~ /^\Q$mark\E$/m;
  return $session->{out} =~ s/\n?\Q$mark\E\n$//r;
}

# Lets the session come to its end; returns what it printed as errors.
sub finish_session
{
  my ($session) = @_;
  $session->{in} .= "\\q\n";
  eval { IPC::Run::finish($session->{psql}) };
  return $session->{err};
}

sub session_pid { return $_[0]->{pid}; }

# Polls faster than poll_query_until; `query` gives t in the end.
sub wait_until
{
  my ($node, $query) = @_;
  for (1 .. 3000)
  {
    # A psql that cannot connect may end before it has read the query, which is no news either.
    my ($code, $out) = eval { $node->psql('postgres', $query) };
    return 1 if defined $out && $out eq 't';
    usleep(20_000);
  }
  die "timed out waiting for: $query";
}

# Waits until the table has grown by so many bytes.
sub wait_for_pages
{
  my ($node, $target, $bytes) = @_;
  return wait_until($node, "SELECT pg_relation_size('$target') > $bytes");
}

# Process ids of the parallel workers of a session, seen from outside.
sub workers_of
{
  my ($node, $leader) = @_;
  return split /\n/, $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE leader_pid = $leader");
}

sub kill_hard { kill 'KILL', @_; }

# Waits for the server to be up again after the death of one of its processes.
sub wait_for_restart
{
  my ($node) = @_;
  usleep(100_000);
  return wait_until($node, 'SELECT NOT pg_is_in_recovery()');
}

# Heap and B-trees of the whole database, each row found through each index.
sub is_sound
{
  my ($node, $what) = @_;
  my ($out, $err) = ('', '');
  my $ok = IPC::Run::run([ 'pg_amcheck', '--heapallindexed', '-p', $node->port, '-h', $node->host, 'postgres' ],
    '>', \$out, '2>', \$err);
  ok($ok, "$what: heap and indexes are sound") or diag("$out$err");
  return $ok;
}

# Nothing of a load that failed: rows as `expected` (count of the table), no lock, no worker, no shared memory.
sub is_left_alone
{
  my ($node, $target, $expected, $what) = @_;
  is($node->safe_psql('postgres', "SELECT count(*) FROM $target"), $expected, "$what: the table is as it was");
  wait_until($node, q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'});
  is($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE relation = '$target'::regclass"), '0',
    "$what: no lock is left");
}

# The digest of a table's rows in the order of a column.
sub digest
{
  my ($node, $target, $order) = @_;
  return $node->safe_psql('postgres',
    "SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY $order)) FROM $target t");
}

1;
