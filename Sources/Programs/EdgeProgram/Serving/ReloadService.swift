import Logging
import Model
import NIOPosix
import ServiceLifecycle

/// Takes the wishes of `portico-edge reload`, until the drain begins.
struct ReloadService: Service {
    let folder: DataFolder
    let reloader: Reloader
    let logger: Logger

    func run() async throws {
        let socket: ReloadSocket
        do {
            socket = try await ReloadSocket.open(
                self.folder,
                on: MultiThreadedEventLoopGroup.singleton,
                answer: { [reloader] in await Self.answer(reloader) }
            )
        } catch {
            // A path that is too long for a socket, say. The edge serves as well without.
            self.logger.warning(
                "'portico-edge reload' cannot reach this edge; SIGHUP does the same",
                metadata: ["socket.path": "\(self.folder.reloadSocket)", "error.detail": "\(error)"]
            )
            // Cancelled or asked to end: it ends.
            try? await gracefulShutdown()
            return
        }
        try? await gracefulShutdown()
        await socket.close()
    }

    private static func answer(_ reloader: Reloader) async -> String {
        do throws(Failure) {
            let report = try await reloader.reload()
            return ([ReloadSocket.done] + report.lines).joined(separator: "\n")
        } catch {
            return ReloadSocket.refused + "\n" + Terminal.text(of: error)
        }
    }
}
