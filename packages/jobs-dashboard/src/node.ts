/**
 * Mounts the dashboard in servers of Node: `node:http`, Express, Fastify, Koa.
 *
 * @module jobs-dashboard/node
 */

export { toNodeHandler } from './to-node-handler.ts'
