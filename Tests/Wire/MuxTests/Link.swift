import DequeModule
@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport

/// A client and a server in memory, with a link between them that delays and splits what it carries.
final class Link {
    let agent: Endpoint
    let server: Endpoint
    private var random: SeededGenerator
    /// Writes under way to the agent and to the server.
    private var toAgent: Deque<ByteBuffer> = []
    private var toServer: Deque<ByteBuffer> = []
    /// The most that one piece carries: few bytes in some links, so that headers are cut everywhere.
    let limit: Int
    private(set) var isCut = false

    init(seed: UInt64, configuration: MuxConnection.Configuration = .init()) throws {
        self.agent = try Endpoint(.agent, configuration: configuration)
        self.server = try Endpoint(.server, configuration: configuration)
        self.random = SeededGenerator(seed: seed)
        self.limit = [100, 5000, 65_536, 1 << 20].randomElement(using: &self.random) ?? 1
    }

    /// Carries a random part of what is under way, in pieces of random sizes.
    ///
    /// - Returns: false when there was nothing to carry.
    @discardableResult
    func step() throws -> Bool {
        self.toServer.append(try self.agent.sent())
        self.toAgent.append(try self.server.sent())
        let (server, agent) = (self.piece(of: &self.toServer), self.piece(of: &self.toAgent))
        guard !self.isCut, server != nil || agent != nil else { return false }
        // One way stands still in half of all steps.
        let isDelayed = Bool.random(using: &self.random)
        if let server {
            if isDelayed, agent != nil { self.toServer.prepend(server) } else { try self.server.receive(server) }
        }
        if let agent {
            if isDelayed || server == nil { try self.agent.receive(agent) } else { self.toAgent.prepend(agent) }
        }
        return true
    }

    /// Takes a piece of random length off what is under way.
    private func piece(of writes: inout Deque<ByteBuffer>) -> ByteBuffer? {
        while var write = writes.popFirst() {
            guard write.readableBytes > 0 else { continue }
            let limit = Int.random(in: 0..<4, using: &self.random) == 0 ? 12 : self.limit
            let count = Int.random(in: 1...min(write.readableBytes, limit), using: &self.random)
            let piece = write.readSlice(length: count)
            if write.readableBytes > 0 { writes.prepend(write) }
            return piece
        }
        return nil
    }

    /// Carries until nothing is under way.
    func settle() throws {
        while try self.step() {}
    }

    /// Breaks the link; what is under way is lost.
    func cut() throws {
        self.isCut = true
        for endpoint in [self.agent, self.server] {
            _ = try endpoint.channel.finish(acceptAlreadyClosed: true)
        }
    }
}
