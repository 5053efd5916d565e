import { dumpYaml, loadYaml } from '@kubernetes/client-node';
import {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from 'kubernetes-models/admissionregistration.k8s.io/v1';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { DaemonSet, Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, Pod, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import { parse } from 'yaml';
import type { KubeObject } from './api-server/index.ts';

const models = {
  DaemonSet,
  Deployment,
  PodMonitor,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
  PodDisruptionBudget,
  Role,
  RoleBinding,
  Secret,
  Service,
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  Pod,
  ServiceAccount,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
};

/**
 * Returns the violations of the API's schema: wrong types and missing fields (kubernetes-models), and unknown fields
 * (the official client).
 */
export function schemaProblems(object: KubeObject): readonly string[] {
  const kind = object.kind as keyof typeof models;
  if (models[kind] === undefined) return [`kind ${kind} is not known to this check`];
  const problems: string[] = [];
  try {
    new models[kind](structuredClone(object) as never).validate();
  } catch (error) {
    problems.push(String((error as Error).message));
  }
  const known: unknown = parse(dumpYaml(loadYaml(JSON.stringify(object))));
  return [...problems, ...lost(object, known, kind)];
}

/** The fields of one object that the other lacks, because the client does not know them. */
function lost(one: unknown, other: unknown, place: string): readonly string[] {
  if (typeof one !== 'object' || one === null) return [];
  if (typeof other !== 'object' || other === null) return [`${place} is lost`];
  return Object.entries(one).flatMap(([key, value]) => {
    const found = (other as Record<string, unknown>)[key];
    return found === undefined ? [`${place}.${key} is no field of the API`] : lost(value, found, `${place}.${key}`);
  });
}
