/// Where an ACME server has what (RFC 8555 §7.1.1).
struct Directory: Decodable, Sendable {
    let newNonce: String
    let newAccount: String
    let newOrder: String
    let revokeCert: String?
    /// Where it tells when to renew (RFC 9773); nil where it does not.
    let renewalInfo: String?
}

struct Order: Decodable, Sendable {
    enum Status: String, Decodable { case pending, ready, processing, valid, invalid }

    let status: Status
    let authorizations: [String]
    let finalize: String
    let certificate: String?
    let error: ACMEProblem?
}

struct Authorization: Decodable, Sendable {
    enum Status: String, Decodable { case pending, valid, invalid, deactivated, expired, revoked }

    struct Identifier: Decodable {
        let value: String
    }

    let identifier: Identifier
    let status: Status
    let challenges: [Challenge]
    let wildcard: Bool?
}

struct Challenge: Decodable, Sendable {
    let type: String
    let url: String
    let token: String?
    let status: String
    let error: ACMEProblem?
}

/// When the authority wants a certificate renewed (RFC 9773 §4.2).
struct RenewalInfo: Decodable, Sendable {
    struct Window: Decodable {
        let start: String
        let end: String
    }

    let suggestedWindow: Window
}
