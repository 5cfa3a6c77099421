import Foundation

/// Gives a folder that is there for `body` alone.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "portico-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // A folder that stays is no failure of the test.
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
