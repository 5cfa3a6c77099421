package import Model
package import NIOCore

/// Sends the requests that policies make on their own (`spec/traffic-policy.md` 4.10).
///
/// It decides what may be reached: internal endpoints of the account, and hosts outside only where the operator has
/// opened them, at addresses that it has checked.
package protocol PolicyRequester: Sendable {
    /// Sends one request and reads its answer, following no redirect and trying nothing twice.
    ///
    /// The future is one of `eventLoop`. It fails with a ``PolicyRequestError``.
    func send(_ request: PolicyRequest, on eventLoop: any EventLoop) -> EventLoopFuture<PolicyAnswer>
}

/// A request that a policy makes.
package struct PolicyRequest: Sendable {
    package typealias Field = (name: String, value: String)

    /// Who has chosen where it goes.
    package enum Origin: Sendable {
        /// Whoever wrote the policy.
        case policy
        /// The edge: a host of a provider that it knows, checked before.
        case provider
        /// Whoever wrote the policy, of the keys of one who signs tokens. Nobody sees the answer.
        case keySet
        /// Whoever wrote the policy, of one who logs visitors in. It may carry secrets, and nobody sees the answer.
        case login
    }

    package var method: String
    /// Absolute, of http or https.
    package var url: String
    /// In order, names in small letters; without `host` and what frames the message.
    package var fields: [Field]
    package var body: ByteBuffer
    /// Whose policy asks: its internal endpoints alone can be reached.
    package let account: ResourceID<AccountKind>
    /// When the answer must be there.
    package let deadline: NIODeadline
    /// The most that may be read of the answer's body, in bytes.
    package let answerBytes: Int
    package let origin: Origin
    /// How many requests of policies, this one among them, have led here.
    package let hops: Int

    package init(
        method: String,
        url: String,
        fields: [Field],
        body: ByteBuffer,
        account: ResourceID<AccountKind>,
        deadline: NIODeadline,
        answerBytes: Int,
        origin: Origin = .policy,
        hops: Int = 1
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.account = account
        self.deadline = deadline
        self.answerBytes = answerBytes
        self.origin = origin
        self.hops = hops
    }
}

/// What came back.
package struct PolicyAnswer: Sendable {
    package let status: Int
    /// In order, names in small letters.
    package let fields: [PolicyRequest.Field]
    package let body: ByteBuffer
    /// The address that was connected to; empty for internal endpoints.
    package let address: String

    package init(status: Int, fields: [PolicyRequest.Field] = [], body: ByteBuffer = ByteBuffer(), address: String = "")
    {
        self.status = status
        self.fields = fields
        self.body = body
        self.address = address
    }
}

package enum PolicyRequestError: Error, Sendable, Hashable {
    /// The target may not be reached; why, for the policy's owner.
    case refused(String)
    /// No answer, or none that is HTTP; why, for the policy's owner.
    case failed(String)
    case timedOut
    /// The answer's body is larger than the request allows.
    case tooLarge
}
