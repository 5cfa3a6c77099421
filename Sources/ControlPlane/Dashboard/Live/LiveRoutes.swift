import APITypes
import Control
import Foundation
import JSON
import HTTPTypes
import Hummingbird
import Model
import NIOConcurrencyHelpers
import NIOCore
import ServiceLifecycle

/// What of a page changes while it is looked at.
enum LiveTopic: String, Sendable, CaseIterable {
    /// The numbers of traffic.
    case traffic
    /// Agents and endpoints that come and go.
    case agents
    /// Requests that are captured.
    case requests
}

/// Server-sent events (`/live/TOPIC`): each says that a page shows something that is not so any more, and no more than
/// that. The page then asks for itself again, and every rule about who sees what is asked once.
struct LiveRoutes: Sendable {
    let parts: DashboardParts

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("/live/{topic}") { request, context in
            guard let topic = LiveTopic(rawValue: context.parameters.get("topic") ?? ""), let visit = context.visit
            else {
                throw Failure(.pageUnknown, "There is no such stream of changes.")
            }
            guard let ticket = StreamTicket(self.parts.streams, of: visit.session.user.text) else {
                throw Failure(.signInTooOften, "Very many pages of this user are open.")
            }
            return Response(
                status: .ok,
                headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody(
                    asyncSequence: ChangeStream(parts: self.parts, topic: topic, visit: visit, ticket: ticket)
                )
            )
        }
    }
}

/// What one stream says, until its session has ended, or the edge does.
struct ChangeStream: AsyncSequence, Sendable {
    /// How often is looked for changes, and after how many looks the session is asked for again.
    private static let interval = Duration.seconds(1)
    private static let looksPerSession = 15

    let parts: DashboardParts
    let topic: LiveTopic
    let visit: Visit
    let ticket: StreamTicket

    struct AsyncIterator: AsyncIteratorProtocol {
        let stream: ChangeStream
        private var last: Int?
        private var looks = 0

        init(_ stream: ChangeStream) {
            self.stream = stream
        }

        mutating func next() async throws -> ByteBuffer? {
            guard let known = self.last else {
                self.last = await self.stream.mark()
                return ByteBuffer(string: "retry: 2000\n\n")
            }
            while true {
                // The browser has gone, or the edge ends: there is nobody to tell.
                guard (try? await ChangeStream.pause()) != nil else { return nil }
                self.looks += 1
                let isDue = self.looks % ChangeStream.looksPerSession == 0
                if isDue, await !self.stream.isSignedIn() { return nil }
                let mark = await self.stream.mark()
                if mark != known {
                    self.last = mark
                    return ByteBuffer(string: "event: change\ndata: \(self.stream.topic.rawValue)\n\n")
                }
                // What lies between sees that the stream is alive.
                if isDue { return ByteBuffer(string: ": still here\n\n") }
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    private static func pause() async throws {
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
    }

    private func isSignedIn() async -> Bool {
        (try? await self.parts.control.signIns.session(self.visit.token)) != nil
    }

    /// What differs when something of the topic has changed.
    private func mark() async -> Int {
        let agents = await self.parts.control.mark(of: self.visit.session.principal.account)
        switch self.topic {
        case .agents: return agents
        case .traffic: return agents ^ (await self.parts.history.revision)
        case .requests: return await self.newestRequest()
        }
    }

    /// Where it cannot be asked for nothing is said to have changed: the page itself says what is wrong.
    private func newestRequest() async -> Int {
        let resources = self.parts.control.resources
        guard let resource = resources.first(where: { $0.shape.path == "traffic_inspector" }),
            let query = try? ListQuery([(name: "limit", value: "1")], of: resource.shape),
            let page = try? await resource.list(query, by: self.visit.caller)
        else { return 0 }
        return page.items.first?.id.hashValue ?? 0
    }
}

/// That a user has one stream more, as long as somebody holds it.
final class StreamTicket: Sendable {
    private let streams: StreamCounter
    private let user: String

    /// nil where the user has as many as they may have.
    init?(_ streams: StreamCounter, of user: String) {
        guard streams.take(user) else { return nil }
        self.streams = streams
        self.user = user
    }

    deinit {
        self.streams.give(self.user)
    }
}

/// How many streams each user has open.
final class StreamCounter: Sendable {
    private let limit: Int
    private let counts = NIOLockedValueBox<[String: Int]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: whether one more may be open.
    func take(_ user: String) -> Bool {
        self.counts.withLockedValue { counts in
            guard counts[user, default: 0] < self.limit else { return false }
            counts[user, default: 0] += 1
            return true
        }
    }

    func give(_ user: String) {
        self.counts.withLockedValue { counts in
            let left = counts[user, default: 1] - 1
            counts[user] = left > 0 ? left : nil
        }
    }
}
