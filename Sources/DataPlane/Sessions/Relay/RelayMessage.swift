import EdgeLink
import NIOCore
import Proxy

/// What two event loops say to each other about one stream whose visitor is on the one and whose agent on the other.
struct RelayMessage: Sendable {
    let stream: RelayID
    let content: Content

    enum Content: Sendable {
        // To the agent's loop.
        case open(ConnectionID, AgentStreamRequest, first: ByteBuffer)
        case write(ByteBuffer)
        case finish
        case abort
        /// The visitor's side has taken so many bytes.
        case taken(Int)

        // To the visitor's loop.
        case received(ByteBuffer)
        case receivedEnd
        /// The agent's side has taken so many bytes and can take more, or not yet.
        case sent(Int, isWritable: Bool)
        case ended(TransportEnd)
    }
}

/// A relayed stream: the loop that its visitor is on, and a number there.
struct RelayID: Sendable, Hashable {
    let origin: Int
    let number: UInt64
}
