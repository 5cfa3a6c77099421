import AgentRuntime
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOCore
import NIOPosix
import Portico

/// Serves the files of folders (`spec/agent.md` 4, `file://`): index pages, lists of folders, ranges, conditional requests.
package actor FolderServer: FolderServing {
    private struct Served {
        let socket: String
        let task: Task<Void, any Error>
    }

    private var served: [String: Served] = [:]
    /// Where the sockets are; only this user may enter. Made when it is needed.
    private var home: URL?

    package init() {}

    package func serve(_ folder: String) async throws -> String {
        if let known = self.served[folder] { return known.socket }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.upstreamAddressInvalid.name,
                "There is no folder \(folder.quotedForDisplay) to serve files of.",
                remedy: "Correct the path; it begins at the root, as in file:///srv/www."
            )
        }
        let socket = try self.makeHome().appending(path: "\(self.served.count).sock").path
        let (listening, continuation) = AsyncStream.makeStream(of: Void.self)
        let application = Application(
            router: Self.router(folder),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socket)),
            onServerRunning: { _ in continuation.finish() },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Logger(label: "files") { _ in SwiftLogNoOpLogHandler() }
        )
        let task = Task {
            defer { continuation.finish() }
            try await application.run()
        }
        // Noted before the wait, in which the same folder may be asked for again.
        self.served[folder] = Served(socket: socket, task: task)
        for await _ in listening {}
        guard FileManager.default.fileExists(atPath: socket) else {
            self.served[folder] = nil
            throw PorticoError(
                .invalidConfiguration,
                .upstreamAddressInvalid,
                "The files of \(folder.quotedForDisplay) cannot be served: no socket can be made at \(socket)."
            )
        }
        return socket
    }

    package func close() async {
        for served in self.served.values { served.task.cancel() }
        // A server that is cut off by its end has nothing more to say.
        for served in self.served.values { _ = await served.task.result }
        self.served = [:]
        if let home { try? FileManager.default.removeItem(at: home) }
        self.home = nil
    }

    private func makeHome() throws -> URL {
        if let home { return home }
        // Paths of sockets are short: 107 bytes on Linux.
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        let made = FileManager.default.temporaryDirectory.appending(path: "portico-\(name)")
        try FileManager.default.createDirectory(
            at: made,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        self.home = made
        return made
    }

    private static func router(_ folder: String) -> Router<BasicRequestContext> {
        let files = ConfinedFiles(folder)
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: FolderListing(files: files))
        router.add(middleware: FileMiddleware(fileProvider: files, searchForIndexHtml: true))
        return router
    }
}

/// The files of one folder and of those in it; links that lead out of it lead nowhere.
struct ConfinedFiles: FileProvider {
    let root: String
    private let files: LocalFileSystem

    init(_ folder: String) {
        let root = URL(filePath: folder).resolvingSymlinksInPath().path
        self.root = root
        self.files = LocalFileSystem(
            rootFolder: root,
            threadPool: .singleton,
            logger: Logger(label: "files") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    func getFileIdentifier(_ path: String) -> String? {
        path.utf8.contains(0) ? nil : self.files.getFileIdentifier(path)
    }

    func getAttributes(id path: String) async throws -> LocalFileSystem.FileAttributes? {
        guard self.contains(path) else { return nil }
        return try await self.files.getAttributes(id: path)
    }

    func loadFile(id path: String, context: some RequestContext) async throws -> ResponseBody {
        guard self.contains(path) else { throw HTTPError(.notFound) }
        return try await self.files.loadFile(id: path, context: context)
    }

    func loadFile(id path: String, range: ClosedRange<Int>, context: some RequestContext) async throws -> ResponseBody {
        guard self.contains(path) else { throw HTTPError(.notFound) }
        return try await self.files.loadFile(id: path, range: range, context: context)
    }

    /// Whether a path leads into the folder once its links are followed.
    func contains(_ path: String) -> Bool {
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path
        return resolved == self.root || resolved.hasPrefix(self.root == "/" ? "/" : "\(self.root)/")
    }
}

/// Lists a folder that has no index page.
struct FolderListing: RouterMiddleware {
    /// Entries of one page.
    private static let limit = 10_000

    let files: ConfinedFiles

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            guard request.method == .get || request.method == .head, request.uri.path.hasSuffix("/"),
                let path = request.uri.path.removingPercentEncoding, !path.contains(".."),
                let folder = self.files.getFileIdentifier(path), self.files.contains(folder),
                let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
            else { throw error }
            return self.page(path, folder, names, isHead: request.method == .head)
        }
    }

    private func page(_ path: String, _ folder: String, _ names: [String], isHead: Bool) -> Response {
        let shown = names.filter { !$0.hasPrefix(".") && self.files.contains("\(folder)\($0)") }.sorted()
        let items = shown.prefix(Self.limit).map { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(folder)\(name)", isDirectory: &isFolder)
            let slash = isFolder.boolValue ? "/" : ""
            return "<li><a href=\"./\(PathText.encode(name))\(slash)\">\(Self.escaped(name))\(slash)</a></li>"
        }
        let up = path == "/" ? "" : "<li><a href=\"../\">../</a></li>\n"
        let text = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Self.escaped(path))</title>
            </head>
            <body>
            <h1>\(Self.escaped(path))</h1>
            <ul>
            \(up)\(items.joined(separator: "\n"))
            </ul>
            </body>
            </html>

            """
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentLength: "\(text.utf8.count)",
                .contentSecurityPolicy: "default-src 'none'",
            ],
            body: isHead ? .init() : ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
