# Serves the stand-ins' repositories over HTTP/1.1, honestly or not, and appends each request to a log.
# usage: serve.pl ADDRESS PORT VIEWS LOG      (started by up.sh; not for people)
#
# A path is /TAG/RELEASE/REPOSITORY/ARCHITECTURE/FILE or /TAG/mirrorlist/RELEASE/REPOSITORY?arch=ARCHITECTURE, and
# a TAG is VIEW[.FILES-FAULT][@NAME]: a directory of VIEWS, what goes wrong with which files (`good.rpm-404`), and a word
# that tells requests apart in the log. A file VIEWS/@NAME that holds another view's name puts that one in the place of VIEW.
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use IO::Socket::INET;
use POSIX qw(strftime);

my ($address, $port, $views, $log) = @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "$!";
open my $told, '>>', $log or die "$log: $!";
$told->autoflush(1);
$SIG{CHLD} = 'IGNORE';

# Which files a fault is about. The worker's own packages are always well.
my %files = (
    rpm => qr{/annex-[^/]*\.rpm$},
    repomd => qr{/repomd\.xml$},
    signature => qr{/repomd\.xml\.asc$},
    primary => qr{-primary\.xml},
);

while (1) {
    my $client = $server->accept or next;
    next if fork;
    my ($method, $path, $tag) = (<$client> // '') =~ m{^(\S+) (/([^/\s]+)\S*) HTTP} or exit;
    my %header;
    while (my $line = <$client>) {
        last if $line =~ /^\r?\n$/;
        $header{lc $1} = $2 if $line =~ /^([^:]+):\s*(.*?)\r?\n$/;
    }
    my ($view, $about, $fault, $name) = $tag =~ /^([^.@]+)(?:\.(\w+)-(\w+))?(?:@(.+))?$/ or exit;
    if (defined $name and open my $other, '<', "$views/\@$name") {
        chomp($view = <$other>);
    }
    $fault = '' unless defined $about && $path =~ $files{$about};

    my ($status, $body, $etag) = ('404 Not Found', '', '');
    my $file = "$views/$view" . ($path =~ m{^/[^/]+/[^/]+(/.*)} ? $1 : '');
    if ($path =~ m{^/[^/]+/mirrorlist/([^/]+)/([^/?]+)\?arch=(\w+)}) {
        ($status, $body) = ('200 OK', "http://$address:$port/$tag/$1/$2/$3/\n");
    } elsif ($fault eq '500') {
        $status = '500 Internal Server Error';
    } elsif ($fault ne '404' && $path !~ /\.\./ && -f $file && open my $content, '<:raw', $file) {
        local $/;
        $body = <$content>;
        # Views are made in the same second, so that times would not tell their files apart.
        $etag = '"' . md5_hex($body) . '"';
        $status = ($header{'if-none-match'} // '') =~ /\Q$etag\E/ ? '304 Not Modified' : '200 OK';
        substr($body, length($body) / 2, 1) ^= "\x01" if $fault eq 'flip';
    }
    my $conditional = exists $header{'if-none-match'} ? ' if-none-match' : '';
    syswrite $told, "$method $path$conditional " . substr($status, 0, 3) . "\n";
    print $client "HTTP/1.1 $status\r\nConnection: close\r\n";
    print $client "ETag: $etag\r\n" if $etag;
    # BuildKit knows an index by name, content and this time, and lets builds that run at once share what it knows, even
    # when it has last asked. So each tag has a time of its own, or tests would answer each other.
    print $client 'Last-Modified: ', date(hex substr md5_hex($tag), 0, 8), "\r\n" if $path =~ /repomd\.xml/;
    print $client 'Content-Length: ', $status =~ /^304/ ? 0 : length $body, "\r\n\r\n";
    if ($status !~ /^304/ && $method ne 'HEAD') {
        if ($fault eq 'cut' || $fault eq 'stall') {
            print $client substr $body, 0, length($body) / 2;
            $client->flush;
            sleep 600 if $fault eq 'stall';
        } elsif ($fault eq 'slow') {
            my $part = int(length($body) / 8) + 1;
            for (my $at = 0; $at < length $body; $at += $part) {
                print $client substr $body, $at, $part;
                $client->flush;
                select undef, undef, undef, 0.25;
            }
        } else {
            print $client $body;
        }
    }
    close $client;
    exit;
}

# A time of the last century, told by a number.
sub date { return strftime '%a, %d %b %Y %H:%M:%S GMT', gmtime $_[0] % 900_000_000 }
