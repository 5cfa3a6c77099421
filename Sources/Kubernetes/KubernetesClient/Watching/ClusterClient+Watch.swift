import AsyncHTTPClient
import Foundation
import NIOCore

extension ClusterClient {
    /// Tells `body` of what happens to objects behind `version`, until the server ends the watch after some `seconds`, which
    /// is no error. `body` must be quick: events wait for it.
    func watch<Object: KubernetesResource>(
        _: Object.Type,
        as type: ResourceType,
        in scope: ObjectScope,
        from version: String,
        seconds: Int,
        _ body: (WatchEvent<Object>) throws(ClusterError) -> Void
    ) async throws(ClusterError) {
        var request = ClusterRequest(.get, type.path(in: scope.namespace), query: scope.query)
        request.query += [
            ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
            ("timeoutSeconds", "\(seconds)"),
        ]
        var splitter = LineSplitter()
        var pieces = try await self.stream(request).makeAsyncIterator()
        while let piece = try await Self.next(&pieces) {
            for line in try splitter.lines(adding: piece.readableBytesView) {
                try body(try Self.decode(WatchEvent<Object>.self, from: Data(line)))
            }
        }
    }

    private static func next(
        _ pieces: inout HTTPClientResponse.Body.AsyncIterator
    ) async throws(ClusterError) -> ByteBuffer? {
        do {
            return try await pieces.next()
        } catch {
            throw Self.error(error)
        }
    }
}
