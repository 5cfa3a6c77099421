import Capture
import Control
import EdgeTestSupport
import JSON
import Model
import TrafficStore

/// An edge whose traffic is captured, with its API.
struct InspectedEdge: Sendable {
    let edge: TestEdge
    let api: TestAPI

    func captureInFull() async throws {
        _ = try await self.api.call("PATCH", "/traffic_inspector/settings", ["mode": "full"])
    }

    /// Makes one request on a connection of its own.
    ///
    /// - Returns: the answer.
    @discardableResult
    func visit(
        _ line: String,
        _ fields: String = "",
        body: String = "",
        host: String = "app.edge.test",
        securely: Bool = false
    ) async throws -> String {
        let visitor = securely ? try await self.edge.visitSecurely(host) : try await self.edge.visit()
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        try await visitor.write(
            "\(line) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(fields)\(length)\r\n\(body)"
        )
        let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
        await visitor.close()
        return answer
    }

    /// Waits until so many exchanges of the account are stored.
    func wait(for count: Int) async throws {
        // Before the look, so that nothing comes between the two.
        let stream = self.edge.control.traffic?.tail.watch(self.edge.account.account)
        var changes = stream?.makeAsyncIterator()
        while try await self.count() < count { _ = await changes?.next() }
    }

    func count() async throws -> Int {
        try await self.edge.control.traffic?.store.page(TrafficQuery(self.edge.account.account)).exchanges.count ?? 0
    }

    /// The newest exchange, with its messages, once there is one that was not there before.
    func newest() async throws -> JSONObject {
        try await self.wait(for: 1)
        let list =
            try await self.api.call("GET", "/traffic_inspector?limit=1").object["exchanges"]?.array ?? []
        let id = list.first?.object?["id"]?.string ?? ""
        return try await self.api.call("GET", "/traffic_inspector/\(id)").object
    }

    // MARK: Others

    /// The API as another account has it.
    func stranger() async throws -> TestAPI {
        try await self.person("stranger@edge.test", .newAccount("Other"), .administrator)
    }

    /// The API as a member of the account has it.
    func member(_ rights: MemberRights) async throws -> TestAPI {
        try await self.person("member@edge.test", .account(self.edge.account.account), rights)
    }

    private func person(
        _ email: String,
        _ place: PeopleProvisioning.Place,
        _ rights: MemberRights
    ) async throws -> TestAPI {
        let made = try await PeopleProvisioning(store: self.edge.store)
            .add(email: email, name: "Somebody", to: place, rights: rights)
        return try await self.api(of: made.user, in: made.account)
    }

    private func api(of user: ResourceID<UserKind>, in account: ResourceID<AccountKind>) async throws
        -> TestAPI
    {
        let key = try await APIKeyProvisioning(store: self.edge.store).create(
            account: account,
            user: user
        )
        return self.api.with(key: key.token.reveal())
    }
}

extension JSONObject {
    func text(_ name: String) -> String { self[name]?.string ?? "" }
}
