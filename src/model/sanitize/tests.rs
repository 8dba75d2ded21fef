//! What must go and what must stay, as stories of texts that a log, a header or a body may hold.

use super::{line, without_secrets};

#[test]
fn secrets_are_taken_out() {
    let cases = [
        ("GET: https://admin:s3cret@h:443/x?Password=s3cret&y=1", "GET: https://h:443/x?Password=***&y=1"),
        ("Authorization: Basic czNjcmV0OnMzY3JldA== and more", "Authorization: *** and more"),
        ("sent Basic czNjcmV0OnMzY3JldA==", "sent Basic ***"),
        (r#"{"user":"u","password" : "s3cret"}"#, r#"{"user":"u","password" : "***"}"#),
        (
            r#"500:{\"error\":{\"client_secret\":\"s3cret\",\"status\":5}}"#,
            r#"500:{\"error\":{\"client_secret\":\"***\",\"status\":5}}"#,
        ),
        ("<user>u</user><password>s3cret</password>", "<user>u</user><password>***</password>"),
        ("<w:Password Type=\"a#b\">s3cret</w:Password> x", "<w:Password Type=\"a#b\">***</w:Password> x"),
        ("&lt;password&gt;s3cret&lt;/password&gt;", "&lt;password&gt;***&lt;/password&gt;"),
        ("Set-Cookie: JSESSIONID=s3cret; Path=/", "Set-Cookie: ***"),
        ("sent Bearer гехеимнис", "sent Bearer ***"),
        ("token_ключ: s3cret", "token_ключ: ***"),
        ("api–key: s3cret", "api–key: ***"),
        ("password s3cret is wrong", "password *** is wrong"),
        ("password for user admin: s3cret", "password for user admin: ***"),
        ("login with admin/s3cret failed", "login with admin/*** failed"),
        ("curl -u admin:s3cret https://h", "curl -u *** https://h"),
        ("<param name=\"password\">s3cret</param>", "<param name=\"password\">***</param>"),
        (r#"{"name":"password","value":"s3cret"}"#, r#"{"name":"password","value":"***"}"#),
        ("401: -----BEGIN PRIVATE KEY----- MIIs3cret", "401: ***"),
        ("password: s3cret the MDM server is not reachable", "password: *** the MDM server is not reachable"),
        ("headers [X-Vault-Token: s3cret, Accept: */*]", "headers [X-Vault-Token: ***"),
        ("Kennwort: s3cret", "Kennwort: ***"),
        ("пароль: s3cret", "пароль: ***"),
        ("Proxy-Authorization: NTLM TlRMTVNTUAADAAAA", "Proxy-Authorization: ***"),
        ("user;admin;password;s3cret;", "user;admin;password;***"),
        ("mysql -u root -ps3cret -h db.example.com", "mysql -u root -p*** -h db.example.com"),
        ("snmp-server community s3cret RO", "snmp-server community *** RO"),
        ("snmpwalk -v2c -c s3cret 192.0.2.1", "snmpwalk -v2c -c *** 192.0.2.1"),
    ];
    for (given, expected) in cases {
        assert_eq!(line(given), expected);
        assert_eq!(line(expected), expected);
    }
}

#[test]
fn words_without_secrets_stay() {
    for words in [
        "407:Proxy Authentication Required: the MDM server is not reachable",
        "401:Unauthorized: the MDM server is not reachable",
        "Connection Failed to the MDM server host - h.example.com, and port - 443 : Connect to h:443 [h/192.0.2.1] failed: x",
        "https://h:443/ciscoise/mdminfo/?ise_api_version=3&token=***",
        "Certificate for <h> doesn't match any of the subject alternative names: [www.unrelated.example]",
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the \
         client secret ID, for a secret added to app 'a1b2'.",
        "AADSTS50126: Error validating credentials due to invalid username or password.",
        "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        "AADSTS700027: Client assertion failed signature validation. [Reason - The key was not found., Thumbprint of key used by client: 'AB12']",
        "Failed to acquire auth token: java.net.UnknownHostException: login.microsoftonline.com",
        "Failed to obtain access token: login.microsoftonline.com: Name or service not known",
        "Failed to get access token from login.microsoftonline.com: Connection reset",
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}"#,
        "Unexpected token '<' in JSON at position 0",
        "Extended key usage does not permit use for TLS server authentication",
        "MDM Server Response Code: 401",
        "WWW-Authenticate: Basic realm=\"mdm\"",
        "Allow Basic authentication in addition to Bearer Token authentication",
        "The session was closed. Password expired, credentials are not valid",
        "Proxy Config in request = [PROXY@http://192.0.2.8:3128]",
        "authentication failed for jane@example.com",
        "password: null, token: ***",
        "Invalid signature: SHA1withRSA is disabled",
        "basic constraints check failed: pathLenConstraint violated",
    ] {
        assert_eq!(without_secrets(words), words);
    }
}

#[test]
fn a_long_text_is_read_once() {
    // Quadratic behaviour would take minutes here.
    for part in ["password ", "a:b@c/", "<password ", "\"token\":", "%22", "https://a:b/", "eyJ", "=", "key key:"] {
        let text = part.repeat(60_000 / part.len());
        assert!(without_secrets(&text).len() <= text.len() * 2);
    }
}
