//! Names of credentials, in whatever way headers, parameters, properties and sentences spell them.

use crate::model::vocabulary::parts;

/// How much a name tells of what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A credential stands behind it wherever it stands: `password`.
    Strong,
    /// A credential stands behind it where a separator says that it is a name: `key: ...`.
    Weak,
}

/// Parts of names that are of credentials.
const STRONG: &[&str] = &[
    "accesskey",
    "adgangskode",
    "apikey",
    "apitoken",
    "assertion",
    "authkey",
    "authorization",
    "authorisation",
    "authtoken",
    "clave",
    "clientsecret",
    "contrasena",
    "contraseña",
    "cookie",
    "cookies",
    "cred",
    "credential",
    "credentials",
    "creds",
    "csrf",
    "haslo",
    "hasło",
    "heslo",
    "jelszo",
    "jelszó",
    "jsessionid",
    "jwt",
    "kennwort",
    "losenord",
    "lösenord",
    "losung",
    "mdp",
    "motdepasse",
    "otp",
    "parol",
    "parola",
    "parole",
    "pass",
    "passcode",
    "passe",
    "passord",
    "passphrase",
    "passwd",
    "passwort",
    "pin",
    "phpsessid",
    "privatekey",
    "psk",
    "pswd",
    "psw",
    "pw",
    "pwd",
    "salasana",
    "saml",
    "secret",
    "secretkey",
    "secrets",
    "senha",
    "sessionid",
    "sharedkey",
    "sifre",
    "şifre",
    "token",
    "tokens",
    "totp",
    "wachtwoord",
];
/// A part of so few letters tells at the end of a name alone: `pin_lock` is none.
const SHORT: usize = 4;
/// What is so long or so plain that it tells within any name.
const WITHIN: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "kennwort",
    "secret",
    "token",
    "credential",
    "authorization",
    "cookie",
    "apikey",
    "jsessionid",
    "samlre",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
];
/// Last parts of names of which a credential may stand behind a separator.
const WEAK: &[&str] = &[
    "auth",
    "authentication",
    "community",
    "hash",
    "key",
    "keys",
    "nonce",
    "seed",
    "session",
    "sid",
    "sig",
    "signature",
    "sso",
    "tan",
    "ticket",
    "verifier",
    "xsrf",
];
/// What makes a key a credential, in front of it.
const KEYS: &[&str] = &[
    "access",
    "account",
    "activation",
    "api",
    "auth",
    "client",
    "consumer",
    "encryption",
    "function",
    "functions",
    "license",
    "master",
    "private",
    "secret",
    "shared",
    "signing",
    "storage",
    "subscription",
    "ssh",
    "recovery",
];
/// What makes a code a credential, in front of it.
const CODES: &[&str] = &[
    "access",
    "activation",
    "auth",
    "authorization",
    "backup",
    "device",
    "pin",
    "recovery",
    "security",
    "sms",
    "user",
    "verification",
];
/// Last parts of names of what is said about a credential, and is none.
const ABOUT: &[&str] = &[
    "algorithm",
    "authenticate",
    "builder",
    "client",
    "constraints",
    "count",
    "endpoint",
    "error",
    "exception",
    "exchange",
    "expired",
    "expires",
    "expiration",
    "expiry",
    "factory",
    "filter",
    "format",
    "generator",
    "handler",
    "issuer",
    "length",
    "lifetime",
    "manager",
    "minutes",
    "policies",
    "policy",
    "provider",
    "requests",
    "service",
    "servlet",
    "size",
    "spec",
    "timeout",
    "type",
    "uri",
    "url",
    "usage",
    "validator",
];

/// Returns what a name tells; `None` for one of no credential. `before` is the word in front of it, in lower case.
pub(super) fn judge(name: &str, before: &str) -> Option<Name> {
    let words = parts(name).filter(|part| !part.bytes().all(|byte| byte.is_ascii_digit()));
    let lower: Vec<String> = words.map(str::to_lowercase).collect();
    let last = lower.last()?.as_str();
    if ABOUT.contains(&last) && lower.len() > 1 {
        return None;
    }
    let whole = name.to_lowercase();
    let plain: String = whole.chars().filter(|c| c.is_alphanumeric()).collect();
    let prior = lower.len().checked_sub(2).and_then(|at| lower.get(at)).map_or(before, String::as_str);
    if STRONG.contains(&plain.as_str())
        || STRONG.contains(&last)
        || lower.iter().any(|part| part.len() > SHORT && STRONG.contains(&part.as_str()))
        || WITHIN.iter().any(|part| plain.contains(part))
        || last.starts_with("key") && KEYS.contains(&prior)
        || last == "id" && matches!(prior, "session" | "sess")
        || last == "phrase" && prior == "pass"
        || last == "code" && CODES.contains(&prior)
        || plain.len() > SHORT && plain.ends_with("pw")
        // `snmp-server community public`.
        || last == "community" && matches!(prior, "server" | "snmp")
    {
        return Some(Name::Strong);
    }
    (WEAK.contains(&last) || plain == "p" || plain == "code").then_some(Name::Weak)
}

/// Parts of names of parameters that a URL need not show.
pub(super) const SOUNDS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "cred",
    "sig",
    "session",
    "cookie",
    "jwt",
    "saml",
    "otp",
    "assertion",
];

/// Returns whether the name of a parameter sounds like that of a credential.
pub(super) fn sounds(name: &str) -> bool {
    let name = name.to_lowercase();
    SOUNDS.iter().any(|part| name.contains(part)) || name.ends_with("code") && !name.contains("err")
}

/// Schemes of HTTP authentication (IANA's registry, and what vendors use besides), in lower case.
const SCHEMES: &[&str] = &[
    "apikey",
    "aws4-hmac-sha256",
    "basic",
    "bearer",
    "digest",
    "dpop",
    "gnap",
    "googlelogin",
    "hawk",
    "hoba",
    "kerberos",
    "mutual",
    "negotiate",
    "ntlm",
    "oauth",
    "privatetoken",
    "sharedaccesssignature",
    "sharedkey",
    "ssws",
];

/// Returns whether a word is an authentication scheme, and whether all that follows it in its line is its credential.
pub(super) fn scheme(word: &str) -> Option<bool> {
    let lower = word.to_lowercase();
    let rest_of_line = matches!(
        lower.as_str(),
        "digest" | "oauth" | "hawk" | "aws4-hmac-sha256" | "sharedaccesssignature" | "mutual" | "googlelogin"
    );
    SCHEMES.contains(&lower.as_str()).then_some(rest_of_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_known_in_every_spelling() {
        for name in [
            "password",
            "Passwd",
            "clientSecret",
            "client_secret",
            "X-Vault-Token",
            "Ocp-Apim-Subscription-Key",
            "JSESSIONID",
            "PWD",
            "userPassword",
            "SAMLResponse",
            "x-api-key",
            "x-functions-key",
            "Set-Cookie2",
            "sessionId",
            "AccountKey",
            "Kennwort",
            "x-ms-token-aad",
            "db.password",
            "httpPassword1",
            "privateKey",
            "pin",
            "token_ключ",
        ] {
            assert_eq!(judge(name, ""), Some(Name::Strong), "{name}");
        }
        for name in ["key", "X-Auth", "sig", "authentication", "p", "sid"] {
            assert_eq!(judge(name, ""), Some(Name::Weak), "{name}");
        }
        assert_eq!((judge("key", "api"), judge("id", "session")), (Some(Name::Strong), Some(Name::Strong)));
    }

    #[test]
    fn what_is_said_about_credentials_is_none() {
        for name in [
            "ServerKeyExchange",
            "keyUsage",
            "tokenEndpoint",
            "token_type",
            "PasswordPolicy",
            "Proxy-Authenticate",
            "WWW-Authenticate",
            "authenticator",
            "keep-alive",
            "macaddress",
            "status",
            "passive",
            "compass",
            "sessions",
            "mdm",
            "errorcode",
        ] {
            assert_eq!(judge(name, ""), None, "{name}");
        }
    }
}
