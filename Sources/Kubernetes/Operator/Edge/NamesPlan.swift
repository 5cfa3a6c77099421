/// A name that is reserved at the edge, and its certificate.
struct NameRecord: Sendable, Equatable {
    let id: String
    let domain: String
    /// What a CNAME record of it must point to; nil where the edge owns the name.
    var cnameTarget: String?
    /// That is shown to its visitors; nil for the edge's own.
    var certificate: String?
}

/// What is known of the edge's names: those of the whole account, and the certificates of this installation.
struct NamesState: Sendable, Equatable {
    /// By domain.
    var names: [String: NameRecord] = [:]
    /// The identifiers of those that are ours, by fingerprint.
    var certificates: [String: String] = [:]
}

/// What takes the edge's names to those that are wished for, step by step; each step may need what the one before it made.
/// Names stay reserved when nobody wishes for them any more.
struct NamesPlan: Equatable {
    enum Step: Equatable {
        case reserve(domain: String)
        case upload(fingerprint: String)
        case attach(domain: String, fingerprint: String)
        /// The edge's own certificate is to be shown again.
        case detach(domain: String)
        case discard(fingerprint: String)
    }

    let steps: [Step]

    /// - Parameters:
    ///   - state: as it is.
    ///   - wished: the certificate of each name, by its fingerprint; nil for the edge's own.
    init(from state: NamesState, to wished: [String: String?]) {
        var steps: [Step] = []
        let domains = wished.keys.sorted()
        steps += domains.filter { state.names[$0] == nil }.map { .reserve(domain: $0) }
        let fingerprints = Set(wished.values.compactMap { $0 })
        steps += fingerprints.filter { state.certificates[$0] == nil }.sorted().map { .upload(fingerprint: $0) }
        let ours = Set(state.certificates.values)
        for domain in domains {
            let attached = state.names[domain]?.certificate
            if let fingerprint = wished[domain].flatMap({ $0 }) {
                guard attached == nil || attached != state.certificates[fingerprint] else { continue }
                steps.append(.attach(domain: domain, fingerprint: fingerprint))
            } else if let attached, ours.contains(attached) {
                steps.append(.detach(domain: domain))
            }
        }
        for domain in state.names.keys.sorted() where wished[domain] == nil {
            guard let attached = state.names[domain]?.certificate, ours.contains(attached) else { continue }
            steps.append(.detach(domain: domain))
        }
        steps += state.certificates.keys.filter { !fingerprints.contains($0) }.sorted().map {
            .discard(fingerprint: $0)
        }
        self.steps = steps
    }
}
