import Addressing
import JSON
import Model

/// A cloud endpoint as the edge has it, or is to have it.
struct CloudWish: Sendable, Equatable {
    let url: String
    let policy: String
    let bindings: [String]
    let isPooling: Bool?
    let description: String
    let metadata: String

    var body: JSONObject {
        var body: JSONObject = [
            "url": .string(self.url), "traffic_policy": .string(self.policy),
            "bindings": .array(self.bindings.map(JSONValue.string)), "description": .string(self.description),
            "metadata": .string(self.metadata),
        ]
        if let isPooling { body.set("pooling_enabled", to: .bool(isPooling)) }
        return body
    }
}

/// What takes the edge's cloud endpoints to those that are wished for, in the order of URLs.
struct CloudPlan: Equatable {
    enum Step: Equatable {
        case create(CloudWish)
        case update(id: String, CloudWish)
        case delete(id: String, url: String)
    }

    let steps: [Step]

    /// - Parameters:
    ///   - actual: those that are ours, by URL.
    ///   - wished: by URL.
    ///   - kept: URLs of which nothing is known now: what is there stays.
    init(from actual: [String: CloudRecord], to wished: [String: CloudWish], keeping kept: Set<String> = []) {
        self.steps = Set(actual.keys).union(wished.keys).sorted().compactMap { url in
            switch (actual[url], wished[url]) {
            case (nil, let wish?): .create(wish)
            case (let found?, let wish?): found.isLike(wish) ? nil : .update(id: found.id, wish)
            case (let found?, nil): kept.contains(url) ? nil : .delete(id: found.id, url: url)
            case (nil, nil): nil
            }
        }
    }
}

/// A cloud endpoint of ours at the edge.
struct CloudRecord: Sendable, Equatable {
    let id: String
    let wish: CloudWish

    /// Whether nothing is to be written. What was never said about pooling is the edge's to choose.
    func isLike(_ wish: CloudWish) -> Bool {
        wish.isPooling == nil
            ? self.wish.without == wish.without
            : self.wish == wish
    }
}

extension CloudWish {
    fileprivate var without: CloudWish { self.pooling(nil) }

    /// The same, which lets others share its URL.
    var shared: CloudWish { self.pooling(true) }

    private func pooling(_ isPooling: Bool?) -> CloudWish {
        CloudWish(
            url: self.url,
            policy: self.policy,
            bindings: self.bindings,
            isPooling: isPooling,
            description: self.description,
            metadata: self.metadata
        )
    }
}

extension DesiredEndpoint {
    /// What the edge's API is asked for, with the mark that says whose it is; nil for an endpoint of the agent.
    func cloudWish(_ mark: OperatorMark) -> CloudWish? {
        guard self.isCloud, let policy else { return nil }
        return CloudWish(
            url: self.url.description,
            policy: policy,
            bindings: [self.binding.rawValue],
            isPooling: self.isPooling,
            description: self.description,
            metadata: mark.metadata(self.metadata)
        )
    }
}
