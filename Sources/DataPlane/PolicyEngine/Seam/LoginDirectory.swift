package import Model
package import NIOCore

/// Where logins are kept that outlive a process, and that every node of an edge knows.
package protocol LoginDirectory: Sendable {
    /// Keeps a session that has just begun. The future is one of `eventLoop`; it fails where the session is not kept.
    func begin(_ session: LoginSession, on eventLoop: any EventLoop) -> EventLoopFuture<Void>
    /// The session of this identifier; nil where there is none, or none any more. Fails where that cannot be told.
    func session(
        _ id: ResourceID<ApplicationSessionKind>,
        of account: ResourceID<AccountKind>,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<LoginSession?>
    /// The session was used, or what is known of its user was fetched again. Nobody waits for it.
    func update(_ session: LoginSession)
    /// The visitor has ended the session. The future is one of `eventLoop`.
    func end(
        _ id: ResourceID<ApplicationSessionKind>,
        of account: ResourceID<AccountKind>,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Void>
}
