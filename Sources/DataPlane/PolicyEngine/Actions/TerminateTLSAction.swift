import Expression
import Model
import SwiftASN1
import TrafficPolicy
import X509

/// Says how the visitor's TLS ends here (`spec/traffic-policy.md` 4.24). The host answers the handshake: when an expression
/// asks what it has agreed on, at the latest when the rules are through.
struct TerminateTLSAction: PolicyAction {
    private enum Authority: Sendable {
        case identifier(String)
        case pem(TemplateProgram)
    }

    private let configuration: TerminateTLSConfiguration
    private let certificate: TemplateProgram?
    private let privateKey: TemplateProgram?
    private let authorities: [Authority]
    /// The settings, where nothing in them is worked out for each connection.
    private let fixed: TLSTermination?

    init(_ configuration: TerminateTLSConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.configuration = configuration
        self.certificate = try configuration.identity.map { identity throws(PolicyProblem) in
            try place.template(identity.certificate)
        }
        self.privateKey = try configuration.identity.map { identity throws(PolicyProblem) in
            try place.template(identity.privateKey)
        }
        var authorities: [Authority] = []
        for authority in configuration.authorities {
            switch authority {
            case .identifier(let id): authorities.append(.identifier(id))
            case .pem(let source): authorities.append(.pem(try place.template(source)))
            }
        }
        self.authorities = authorities
        var identity: TLSTermination.Identity?
        if let chain = self.certificate?.plainText, let key = self.privateKey?.plainText {
            identity = .init(chainPEM: chain, keyPEM: Secret(key))
            try Self.check(chain, key, place)
        }
        let texts = authorities.compactMap { if case .pem(let program) = $0 { program.plainText } else { nil } }
        for text in texts { try Self.check(authority: text, place) }
        let isFixed = (identity == nil) == (configuration.identity == nil) && texts.count == authorities.count
        self.fixed = isFixed ? Self.settings(configuration, identity, texts, []) : nil
    }

    func run(on exchange: Exchange) -> Verdict {
        do throws(ActionError) {
            let settings = if let fixed { fixed } else { try self.settings(for: exchange) }
            guard exchange.connection.endTLS(as: settings) else {
                return .fail(
                    Failure(
                        .policyActionFailed,
                        "TLS of this connection has ended in another way than this endpoint's policy wants it to."
                    )
                )
            }
            return .next
        } catch {
            return error.verdict
        }
    }

    private static func settings(
        _ configuration: TerminateTLSConfiguration,
        _ identity: TLSTermination.Identity?,
        _ authorities: [String],
        _ warnings: [String]
    ) -> TLSTermination {
        let asksNobody = configuration.verification == .requireAndVerify && configuration.authorities.isEmpty
        return TLSTermination(
            minVersion: configuration.minVersion,
            maxVersion: configuration.maxVersion,
            identity: identity,
            clients: asksNobody ? nil : .init(verification: configuration.verification, authorities: authorities),
            warnings: warnings
        )
    }

    private func settings(for exchange: Exchange) throws(ActionError) -> TLSTermination {
        var identity: TLSTermination.Identity?
        if let certificate, let privateKey {
            identity = .init(
                chainPEM: try exchange.certificateText(certificate),
                keyPEM: Secret(try exchange.certificateText(privateKey))
            )
        }
        var texts: [String] = []
        var warnings: [String] = []
        for authority in self.authorities {
            switch authority {
            case .pem(let program): texts.append(try exchange.certificateText(program))
            case .identifier(let id):
                let directory = exchange.loop.services.authorities
                if let text = directory?.certificate(ofAuthority: id, of: exchange.endpoint.account) {
                    texts.append(text)
                } else {
                    warnings.append(id)
                    exchange.note("there is no certificate authority \(id); nobody's certificate counts by its word")
                }
            }
        }
        return Self.settings(self.configuration, identity, texts, warnings)
    }

    // MARK: When it is compiled

    private static func check(_ chain: String, _ key: String, _ place: ActionPlace) throws(PolicyProblem) {
        let leaf: Certificate
        let pair: Certificate.PrivateKey
        do {
            guard let document = try PEMDocument.parseMultiple(pemString: chain).first else {
                throw PolicyProblem(.serverKeyPair, at: place.position, path: place.path, "there is no certificate")
            }
            leaf = try Certificate(pemDocument: document)
            pair = try Certificate.PrivateKey(pemEncoded: key)
        } catch {
            let words = "the server's certificate or its private key cannot be read"
            throw PolicyProblem(.serverKeyPair, at: place.position, path: place.path, words)
        }
        guard pair.publicKey == leaf.publicKey else {
            let words = "the server's private key is not that of its certificate"
            throw PolicyProblem(.serverKeyPair, at: place.position, path: place.path, words)
        }
    }

    private static func check(authority text: String, _ place: ActionPlace) throws(PolicyProblem) {
        let certificates = try? PEMDocument.parseMultiple(pemString: text).filter { $0.discriminator == "CERTIFICATE" }
            .map { try Certificate(pemDocument: $0) }
        guard certificates?.isEmpty ?? true else { return }
        let words = "the certificate of an authority cannot be read"
        throw PolicyProblem(.clientAuthority, at: place.position, path: place.path, words)
    }
}

extension Exchange {
    /// A certificate or key that an expression makes.
    ///
    /// - Throws: 2253 where it has no value.
    fileprivate func certificateText(_ template: TemplateProgram) throws(ActionError) -> String {
        do throws(EvaluationError) {
            return try self.text(of: template)
        } catch {
            throw ActionError(
                .policyFieldExpression,
                "A certificate that this endpoint's policy needs is not there.",
                detail: error.reason.text
            )
        }
    }
}

/// What `terminate-tls` leaves behind when the handshake is done.
enum TerminationResults {
    private typealias Member = (slot: ResultSlot, member: CertificateMembers.Member)

    private static let suite = ResultSlot(.terminateTLS, "terminate_tls.cipher_suite")
    private static let name = ResultSlot(.terminateTLS, "terminate_tls.sni")
    private static let version = ResultSlot(.terminateTLS, "terminate_tls.version")
    private static let warnings = ResultSlot(.terminateTLS, "terminate_tls.warnings")
    private static let client = Self.members("client")
    private static let server = Self.members("server")

    private static func members(_ side: String) -> [Member] {
        CertificateMembers.all.filter { $0.name != "pem" }.map {
            (ResultSlot(.terminateTLS, "terminate_tls.\(side).\($0.name)"), $0)
        }
    }

    static func values(_ tls: TLSFacts, _ warnings: [String]) -> [(slot: ResultSlot, value: Value)] {
        var values: [(slot: ResultSlot, value: Value)] = [
            (Self.suite, .string(tls.cipherSuite)), (Self.name, .string(tls.serverName)),
            (Self.version, .string(tls.version)), (Self.warnings, .list(warnings.map(Value.string))),
        ]
        for (members, certificate) in [(Self.client, tls.client), (Self.server, tls.server)] {
            guard let contents = certificate?.contents else { continue }
            values += members.compactMap { entry in entry.member.value(contents).map { (entry.slot, $0) } }
        }
        return values
    }
}
