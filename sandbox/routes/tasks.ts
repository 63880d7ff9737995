/** Routes for asynchronous generation. */
import type { FastifyInstance } from "fastify";
import { ApiError, badRequest, notFound } from "../errors";
import { page } from "../page";
import { fields, flag, text } from "../read";
import { Task } from "../state/task";
import { checkProject, readTask } from "../state/task-request";
import type { World } from "../world";

const LONGEST_SYNC_MS = 90_000;

interface TaskPath {
  Params: { id: string };
}

const stream = (query: unknown) => flag(fields(query), "stream") ?? false;

function find(id: string, world: World): Task {
  const task = world.tasks.get(id);
  if (!task) throw notFound("GENERATE_NOT_FOUND", "Task not found");
  return task;
}

/** Asynchronous generation, API reference D.2, D.3 and D.5 to D.7. */
export function taskRoutes(app: FastifyInstance, world: World): void {
  createRoute(app, world);
  listRoute(app, world);

  app.get<TaskPath>("/api/tts/generate/:id", async ({ params, query }) => {
    const task = find(params.id, world);
    await task.settle();
    return { status: 200, message: "OK", data: task.shown(stream(query)) };
  });

  app.delete<TaskPath>("/api/tts/generate/:id", ({ params }) => {
    const task = find(params.id, world);
    if (task.isRunning) {
      throw new ApiError(403, "GENERATE_DELETE_IN_PROGRESS", "The task is still running");
    }
    world.tasks.delete(task.id);
    return { status: 200 };
  });

  app.post<TaskPath>("/api/tts/generate/:id/regenerate", ({ params }) => {
    const task = find(params.id, world);
    if (task.isRunning) throw badRequest("VALIDATION_BAD_PARAMS", "The task is still running");
    task.start();
    return { status: 200, message: "OK", data: task.shown(false, "pending") };
  });
}

/** `sync` waits until the task is `processing`, at most 90 seconds. */
function createRoute(app: FastifyInstance, world: World): void {
  app.post("/api/tts/generate", async ({ body }) => {
    const task = new Task(await readTask(body, world), world);
    world.tasks.set(task.id, task);
    if (!flag(fields(body), "sync"))
      return { status: 200, message: "OK", data: task.shown(false, "pending") };
    await world.clock.sleep(Math.min(task.pendingMs, LONGEST_SYNC_MS));
    if (task.status === "pending") throw badRequest("STREAM_TIMEOUT", "The task did not start in time");
    return { status: 200, message: "OK", data: task.shown(false, "processing") };
  });
}

/** Newest first; an unknown status disables the filter. */
function listRoute(app: FastifyInstance, world: World): void {
  app.get("/api/tts/generate", async ({ query }) => {
    const asked = fields(query);
    const project = text(asked, "projectId");
    const track = text(asked, "trackId");
    const status = text(asked, "status") ?? "";
    const untracked = flag(asked, "includeUntracked") ?? false;
    checkProject(project);
    const tasks = [...world.tasks.values()].reverse();
    await Promise.all(tasks.map((task) => task.settle()));
    const wanted = tasks
      .filter(({ plan }) => project === undefined || plan.projectId === project)
      .filter(({ plan }) => track === undefined || plan.trackId === track || (untracked && !plan.trackId))
      .filter(
        (task) =>
          !["pending", "processing", "generated", "failed"].includes(status) || task.status === status,
      );
    return { status: 200, message: "OK", data: page(wanted, query).map((task) => task.shown(stream(query))) };
  });
}
