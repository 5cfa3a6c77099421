package import Addressing
package import Model

/// A request that an edge is to send to one of its endpoints once more, as a visitor would.
package struct ReplayOrder: Sendable {
    package var account: ResourceID<AccountKind>
    /// The endpoint's own: its host is not always the request's.
    package var url: EndpointURL
    /// The member of the pool that gets it; nil for any.
    package var member: ResourceID<EndpointKind>?
    /// The request that it repeats.
    package var original: String
    package var method: String
    /// Path and query.
    package var target: String
    /// With `host`, and without what frames the message or belongs to a connection.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        account: ResourceID<AccountKind>,
        url: EndpointURL,
        member: ResourceID<EndpointKind>? = nil,
        original: String,
        method: String,
        target: String,
        fields: [(name: String, value: String)],
        body: [UInt8]
    ) {
        self.account = account
        self.url = url
        self.member = member
        self.original = original
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
    }
}

/// What came of it.
package struct ReplayAnswer: Sendable {
    /// The number under which it is captured itself; empty where it is not.
    package var id: String
    package var status: Int
    package var fields: [(name: String, value: String)]
    /// The beginning, where it was long.
    package var body: [UInt8]
    package var isBodyCut: Bool

    package init(
        id: String,
        status: Int,
        fields: [(name: String, value: String)],
        body: [UInt8],
        isBodyCut: Bool
    ) {
        self.id = id
        self.status = status
        self.fields = fields
        self.body = body
        self.isBodyCut = isBodyCut
    }
}
