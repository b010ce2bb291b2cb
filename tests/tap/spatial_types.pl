# PostGIS: geometry and geography of every kind that a type modifier can ask for, and of those that CHECKs ask for; its
# own input functions and ST_IsValid judge. Skipped where PostGIS is not installed.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use DbmockerTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('spatial_types');
plan skip_all => 'PostGIS is not installed'
  if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'}) eq '0';
$node->safe_psql('postgres', 'CREATE EXTENSION postgis');

# Rows after two runs with two seeds, and the constraints that verify() finds broken.
sub fill_twice
{
  my ($target, $rows) = @_;
  return $node->safe_psql('postgres', "SELECT FROM dbmocker.generate('$target', $rows, 1);
    SELECT FROM dbmocker.generate('$target', $rows, 2); SELECT count(*) FROM $target;
    SELECT constraint_name FROM dbmocker.verify('$target') WHERE violations > 0") =~ s/^\n+//r;
}

for my $shape (qw(Point LineString Polygon MultiPoint MultiLineString MultiPolygon GeometryCollection CircularString
  CompoundCurve CurvePolygon MultiCurve MultiSurface PolyhedralSurface Triangle Tin))
{
  for my $of ("${shape}", "${shape}Z, 4326", "${shape}M, 3857", "${shape}ZM, 2154")
  {
    my $table = lc($of) =~ s/\W+/_/gr;
    $node->safe_psql('postgres', "CREATE TABLE $table (id serial PRIMARY KEY, shape geometry($of) NOT NULL)");
    is(fill_twice($table, 50), '100', "geometry($of)");
    my $bad = $shape =~ /Polygon$/ ? 'NOT ST_IsValid(shape)' : 'ST_IsEmpty(shape)';
    is($node->safe_psql('postgres', "SELECT count(*) FILTER (WHERE $bad), count(DISTINCT ST_AsEWKT(shape)) > 90
      FROM $table"), '0|t', "geometry($of) is valid and varies");
  }
}

$node->safe_psql('postgres', q{CREATE TABLE places (id serial PRIMARY KEY, spot geometry(Point, 4326) NOT NULL UNIQUE,
  ball geography(Polygon) NOT NULL, mark geography NOT NULL, plain geometry NOT NULL, flat box2d NOT NULL,
  solid box3d NOT NULL, spots geometry(Point, 4326)[] NOT NULL,
  x double precision GENERATED ALWAYS AS (ST_X(spot)) STORED,
  projected geometry GENERATED ALWAYS AS (ST_Transform(spot, 3857)) STORED);
  CREATE INDEX ON places USING gist (spot); CREATE INDEX ON places USING gist (ball)});
is(fill_twice('places', 500), '1000', 'distinct points, geography, boxes, arrays, generated columns');

# What older schemas say in place of a type modifier.
$node->safe_psql('postgres', q{CREATE DOMAIN spot AS geometry
  CHECK (ST_GeometryType(VALUE) = 'ST_Point' AND ST_SRID(VALUE) = 2154);
  CREATE TABLE parcels (id serial PRIMARY KEY, spot spot NOT NULL, the_geom geometry,
  CONSTRAINT enforce_dims CHECK (ST_NDims(the_geom) = 2), CONSTRAINT enforce_srid CHECK (ST_SRID(the_geom) = 31370),
  CONSTRAINT enforce_kind CHECK (GeometryType(the_geom) = 'MULTIPOLYGON' OR the_geom IS NULL),
  CONSTRAINT enforce_valid CHECK (ST_IsValid(the_geom)))});
is(fill_twice('parcels', 200), '400', 'shapes that CHECKs ask for');
is($node->safe_psql('postgres', q{SELECT count(*) FROM dbmocker.plan('parcels')
  WHERE kind LIKE '%CHECK' AND method <> 'solved'}), '0', 'all of them are solved');

done_testing();
