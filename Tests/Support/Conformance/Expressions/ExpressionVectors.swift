package import Foundation
import TestSupport

/// Runs the `cel` suite: expressions with their variables, and the value or the failure that each must give.
///
/// Nothing in the folder is passed over in silence: a file that is neither cases nor an explanation for people, a key
/// that the format doesn't have, a case that can't be read and a name that stands twice each count as a failed case.
///
/// - Parameter folder: where the files lie, one for each section.
/// - Returns: a result for each case, and one for whatever could not be read.
/// - Throws: when the folder can't be read.
package func runExpressionVectors(folder: URL) throws -> [CaseResult] {
    var results: [CaseResult] = []
    var names: Set<String> = []
    for path in try filesOfCases(in: folder) {
        do {
            for vector in try ExpressionVectorFile(at: folder.appending(path: path)).cases {
                let isNew = names.insert(vector.id).inserted
                let failure = isNew ? vector.failure() : "\(path): another case has the same name"
                results.append(CaseResult(name: vector.id, failure: failure))
            }
        } catch {
            results.append(CaseResult(name: path, failure: "\(error)"))
        }
    }
    return results
}

/// The paths of what lies in `folder` and below, in their order, without folders and explanations for people.
private func filesOfCases(in folder: URL) throws -> [String] {
    guard let found = FileManager.default.enumerator(atPath: folder.path) else {
        throw UnreadableFile(file: folder.path, reason: "it is no folder")
    }
    return found.compactMap { $0 as? String }
        .filter { path in
            let file = folder.appending(path: path)
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), isFolder.boolValue {
                return false
            }
            return file.pathExtension != "md" && !["LICENSE", "NOTICE"].contains(file.lastPathComponent)
        }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
