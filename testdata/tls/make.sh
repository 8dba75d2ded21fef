#!/bin/bash
# Makes the captures and the key log of this folder: one TLS session each, between the server and the client of OpenSSL,
# taken with tcpdump in a network namespace of its own. Wants root, openssl (3.0 or later), tcpdump, ip, ss, unshare, python3 and curl.
# The sessions differ each time, what is in them does not:
#
#     GET /one  ->  200, with a body of 40 bytes
#     GET /two  ->  404, in the same connection
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "${INSIDE:-}" != yes ]; then
    exec env INSIDE=yes unshare --net "$0"
fi
ip link set lo up mtu 1500
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >openssl.cnf <<'END'
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
CipherString = ALL:@SECLEVEL=0
MinProtocol = TLSv1
END
sed 's/^MinProtocol.*/&\nOptions = -ExtendedMasterSecret/' openssl.cnf >no-ems.cnf
export OPENSSL_CONF=$work/openssl.cnf

certificate=(-x509 -nodes -days 36500 -subj /O=Example/CN=mdm.example.com -addext subjectAltName=DNS:mdm.example.com)
openssl req "${certificate[@]}" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -keyout ec.key -out ec.crt 2>/dev/null
openssl req "${certificate[@]}" -newkey rsa:2048 -keyout rsa.key -out rsa.crt 2>/dev/null


requests() {
    sleep 0.3
    if [ "$1" != early ]; then
        printf 'GET /one HTTP/1.1\r\nHost: mdm.example.com\r\nAuthorization: Basic bm90OnNob3du\r\n\r\n'
    fi
    sleep 0.2
    if [ "$1" = key-update ]; then
        printf 'K\n'
        sleep 0.1
    elif [ "$1" = renegotiation ]; then
        printf 'R\n'
        sleep 0.2
    fi
    printf 'GET /two HTTP/1.1\r\nHost: mdm.example.com\r\n\r\n'
    sleep 0.2
}

responses() {
    until [ -e go ]; do sleep 0.02; done
    sleep 0.4
    printf 'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"attributes":{"reachable":"yes"},"n":1}'
    sleep 0.2
    if [ "$1" = key-update ]; then
        printf 'K\n'
        sleep 0.1
    elif [ "$1" = renegotiation ]; then
        sleep 0.15
    fi
    if [ "$1" = large ]; then
        printf 'HTTP/1.1 404 Not Found\r\nContent-Length: 40000\r\n\r\n'
        head -c 40000 /dev/zero | tr '\0' x
    else
        printf 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'
    fi
    sleep 0.3
}

# session NAME KIND SERVER-OPTIONS CLIENT-OPTIONS: captures one session as NAME.pcap. The kind `resumed` is preceded by a
# session that leaves its ticket, `early` sends the first request along with the ClientHello.
session() {
    local name=$1 kind=$2 server dump count=1
    local server_options client_options
    read -ra server_options <<<"$3"
    read -ra client_options <<<"$4"
    rm -f go ticket
    case $kind in resumed | early | rejected) count=2 ;; esac
    responses "$kind" | openssl s_server -accept 4433 -naccept $count -cert ec.crt -key ec.key "${server_options[@]}" \
        >server.out 2>&1 &
    server=$!
    until ss -ltnH "sport = :4433" | grep -q .; do kill -0 $server; sleep 0.02; done
    local connect=(openssl s_client -connect 127.0.0.1:4433 -servername mdm.example.com -keylogfile keys.log)
    if [ $count = 2 ]; then
        { sleep 0.3; echo Q; } | "${connect[@]}" "${client_options[@]}" -sess_out ticket >client.out 2>&1 || true
        connect+=(-sess_in ticket)
        [ "$kind" = resumed ] || connect+=(-early_data first-request)
        [ "$kind" != rejected ] || connect+=(-groups X25519:P-384)
    fi
    rm -f keys.log dump.err
    tcpdump --immediate-mode -U -i lo -w - "tcp port 4433" 2>dump.err >"$here/$name.pcap" &
    dump=$!
    until grep -q 'listening on' dump.err; do kill -0 $dump; sleep 0.02; done
    touch go
    requests "$kind" | "${connect[@]}" "${client_options[@]}" >client.out 2>&1 || true
    wait $server || true
    sleep 0.1
    kill $dump
    wait $dump || true
    { echo "# $name"; grep -v '^#' keys.log; } >>all-keys.log
    echo "$name: $(grep -aE '^(New|Reused), ' client.out | tail -1)"
}

printf 'GET /one HTTP/1.1\r\nHost: mdm.example.com\r\n\r\n' >first-request
rsa='-cert rsa.crt -key rsa.key'
session tls12-aes128-gcm plain '-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256' ''
session tls12-aes256-gcm plain "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384 $rsa" ''
session tls12-rsa-aes128-gcm plain "-tls1_2 -cipher AES128-GCM-SHA256 $rsa" ''
session tls12-chacha20 plain '-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305' ''
session tls12-aes128-cbc-sha plain '-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA' ''
session tls12-aes128-cbc-sha256 plain "-tls1_2 -cipher AES128-SHA256 $rsa" ''
session tls12-aes256-cbc-sha384 plain '-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384' ''
session tls12-aes128-cbc-sha-mac-first plain '-tls1_2 -no_etm -cipher ECDHE-ECDSA-AES128-SHA' ''
session tls12-aes256-cbc-sha384-mac-first plain '-tls1_2 -no_etm -cipher ECDHE-ECDSA-AES256-SHA384' ''
session tls12-ticket resumed '-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256' ''
session tls12-session-id resumed '-tls1_2 -no_ticket -cipher ECDHE-ECDSA-AES128-GCM-SHA256' ''
session tls12-large large '-tls1_2 -max_send_frag 1024 -cipher ECDHE-ECDSA-CHACHA20-POLY1305' ''
session tls12-large-cbc large '-tls1_2 -max_send_frag 1024 -cipher ECDHE-ECDSA-AES128-SHA' ''
session tls12-aes128-ccm plain '-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM' ''
session tls12-aes256-ccm8 plain '-tls1_2 -cipher ECDHE-ECDSA-AES256-CCM8' ''
session tls12-renegotiation renegotiation "-tls1_2 -client_renegotiation -cipher ECDHE-RSA-AES128-GCM-SHA256 $rsa" ''
OPENSSL_CONF=$work/no-ems.cnf
session tls12-no-extended-master-secret plain '-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256' ''
OPENSSL_CONF=$work/openssl.cnf
session tls10-aes128-cbc plain '-tls1 -cipher ECDHE-ECDSA-AES128-SHA' '-tls1'
session tls10-aes256-cbc-mac-first plain '-tls1 -no_etm -cipher ECDHE-ECDSA-AES256-SHA' '-tls1'
session tls11-aes256-cbc plain '-tls1_1 -cipher ECDHE-ECDSA-AES256-SHA' '-tls1_1'
session tls13-aes128-gcm plain '-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -alpn http/1.1' '-alpn h2,http/1.1'
session tls13-aes256-gcm plain '-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384' ''
session tls13-chacha20 plain '-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256' ''
session tls13-aes128-ccm plain '-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256' '-ciphersuites TLS_AES_128_CCM_SHA256'
session tls13-aes128-ccm8 plain '-tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256' '-ciphersuites TLS_AES_128_CCM_8_SHA256'
session tls13-retry plain '-tls1_3 -groups P-384' '-groups X25519:P-384'
session tls13-padded plain '-tls1_3 -record_padding 256' '-record_padding 256'
session tls13-key-update key-update '-tls1_3' ''
session tls13-large large '-tls1_3 -max_send_frag 1024' ''
session tls13-resumed resumed '-tls1_3' ''
session tls13-early early '-tls1_3 -early_data' ''
session tls13-early-rejected rejected '-tls1_3 -early_data -groups P-384' ''
# The server wants a certificate that the client does not have.
session tls13-certificate-required plain '-tls1_3 -Verify 1 -verify_return_error' ''
session tls12-certificate-required plain '-tls1_2 -Verify 1 -verify_return_error' ''
# HTTP/2, which OpenSSL does not speak: curl asks, and http2.py answers.
http2() {
    local dump server
    rm -f keys.log dump.err
    python3 "$here/http2.py" ec.crt ec.key &
    server=$!
    until ss -ltnH "sport = :4433" | grep -q .; do kill -0 $server; sleep 0.02; done
    tcpdump --immediate-mode -U -i lo -w - "tcp port 4433" 2>dump.err >"$here/tls13-http2.pcap" &
    dump=$!
    until grep -q 'listening on' dump.err; do kill -0 $dump; sleep 0.02; done
    SSLKEYLOGFILE=keys.log curl --http2 -sk -o /dev/null -o /dev/null --resolve mdm.example.com:4433:127.0.0.1 \
        https://mdm.example.com:4433/one https://mdm.example.com:4433/two
    wait $server || true
    sleep 0.1
    kill $dump
    wait $dump || true
    { echo "# tls13-http2"; cat keys.log; } >>all-keys.log
}
http2
cp all-keys.log "$here/keys.log"
